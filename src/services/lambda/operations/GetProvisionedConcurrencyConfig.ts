import type {
  GetProvisionedConcurrencyConfigRequest,
  GetProvisionedConcurrencyConfigResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { provisionedStatus } from '../concurrency/provisioned.ts'
import { provisionedNotFound, provisionedOwner } from '../concurrency/provisioned-rules.ts'
import type { LambdaService } from '../lambda-service.ts'
import { existing } from '../settings/change-setting.ts'
import { findSetting } from '../settings/tables.ts'
import type { LambdaTables } from '../tables.ts'

export function GetProvisionedConcurrencyConfig(
  service: LambdaService,
): Operation<GetProvisionedConcurrencyConfigRequest, GetProvisionedConcurrencyConfigResponse> {
  return async (input, context) => {
    const { FunctionName, Qualifier } = input
    const operation = 'GetProvisionedConcurrencyConfig'
    const named = provisionedOwner(FunctionName, Qualifier, context, operation)
    const { scope, name, qualifier } = named
    const db = service.store.reader<LambdaTables>()
    await existing(db, named)
    const record = await findSetting(db, 'provisioned', { ...scope, functionName: name, qualifier })
    if (!record) throw provisionedNotFound()
    return await provisionedStatus(service, scope, name, qualifier, record)
  }
}
