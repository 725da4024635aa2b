import type {
  ListFunctionUrlConfigsRequest,
  ListFunctionUrlConfigsResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { urlsPerPageMax } from '../limits.ts'
import { arnOf, notFound, parseUnqualifiedName } from '../names.ts'
import { pageOf, readMarker } from '../paging.ts'
import { listSettings } from '../settings/tables.ts'
import type { LambdaTables } from '../tables.ts'
import { urlConfiguration } from '../urls/url.ts'

/** Of the function and its aliases: its own first. */
export function ListFunctionUrlConfigs(
  service: LambdaService,
): Operation<ListFunctionUrlConfigsRequest, ListFunctionUrlConfigsResponse> {
  return async (input, context) => {
    const { FunctionName = '', Marker, MaxItems } = input
    const named = parseUnqualifiedName(FunctionName, context, 'ListFunctionUrlConfigs')
    const { scope, name } = named
    if (!(await service.functions.find(scope, name))) throw notFound(named)
    const limit = Math.min(MaxItems ?? urlsPerPageMax, urlsPerPageMax)
    const db = service.store.reader<LambdaTables>()
    const settings = await listSettings(db, 'url', scope, name, readMarker(Marker), limit + 1)
    const { page, next } = pageOf(settings, limit, ({ qualifier }) => qualifier)
    return {
      FunctionUrlConfigs: page.map(({ qualifier, record }) => {
        const arn = arnOf({ scope, name, qualifier: qualifier || undefined })
        return urlConfiguration(record, arn, scope.region, context.endpoint)
      }),
      ...next,
    }
  }
}
