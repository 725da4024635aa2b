import type {
  ListProvisionedConcurrencyConfigsRequest,
  ListProvisionedConcurrencyConfigsResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { provisionedStatus } from '../concurrency/provisioned.ts'
import type { LambdaService } from '../lambda-service.ts'
import { provisionedPerPageMax } from '../limits.ts'
import { arnOf, notFound, parseUnqualifiedName } from '../names.ts'
import { pageOf, readMarker } from '../paging.ts'
import { listSettings } from '../settings/tables.ts'
import type { LambdaTables } from '../tables.ts'

export function ListProvisionedConcurrencyConfigs(
  service: LambdaService,
): Operation<ListProvisionedConcurrencyConfigsRequest, ListProvisionedConcurrencyConfigsResponse> {
  return async (input, context) => {
    const { FunctionName = '', Marker, MaxItems } = input
    const operation = 'ListProvisionedConcurrencyConfigs'
    const named = parseUnqualifiedName(FunctionName, context, operation)
    const { scope, name } = named
    if (!(await service.functions.find(scope, name))) throw notFound(named)
    const limit = Math.min(MaxItems ?? provisionedPerPageMax, provisionedPerPageMax)
    const db = service.store.reader<LambdaTables>()
    const after = readMarker(Marker)
    const settings = await listSettings(db, 'provisioned', scope, name, after, limit + 1)
    const { page, next } = pageOf(settings, limit, ({ qualifier }) => qualifier)
    const ProvisionedConcurrencyConfigs = await Promise.all(
      page.map(async ({ qualifier, record }) => ({
        FunctionArn: arnOf({ scope, name, qualifier }),
        ...(await provisionedStatus(service, scope, name, qualifier, record)),
      })),
    )
    return { ProvisionedConcurrencyConfigs, ...next }
  }
}
