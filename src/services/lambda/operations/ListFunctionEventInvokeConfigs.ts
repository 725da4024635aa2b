import type {
  ListFunctionEventInvokeConfigsRequest,
  ListFunctionEventInvokeConfigsResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { eventInvokeConfig, noSuchFunction } from '../event-invoke/event-invoke.ts'
import type { LambdaService } from '../lambda-service.ts'
import { eventInvokeConfigsPerPageMax } from '../limits.ts'
import { parseUnqualifiedName } from '../names.ts'
import { pageOf, readMarker } from '../paging.ts'
import { listSettings } from '../settings/tables.ts'
import type { LambdaTables } from '../tables.ts'

/** Those of the function, its versions and its aliases, by qualifier. */
export function ListFunctionEventInvokeConfigs(
  service: LambdaService,
): Operation<ListFunctionEventInvokeConfigsRequest, ListFunctionEventInvokeConfigsResponse> {
  return async ({ FunctionName = '', Marker, MaxItems }, context) => {
    const named = parseUnqualifiedName(FunctionName, context, 'ListFunctionEventInvokeConfigs')
    const { scope, name } = named
    const known = await service.functions.find(scope, name)
    if (!known) throw noSuchFunction()
    const limit = MaxItems ?? eventInvokeConfigsPerPageMax
    const db = service.store.reader<LambdaTables>()
    const after = readMarker(Marker)
    const settings = await listSettings(db, 'eventInvoke', scope, name, after, limit + 1)
    const { page, next } = pageOf(settings, limit, ({ qualifier }) => qualifier)
    return {
      FunctionEventInvokeConfigs: page.map(({ qualifier, record }) =>
        eventInvokeConfig(known.record.arn, qualifier, record),
      ),
      ...next,
    }
  }
}
