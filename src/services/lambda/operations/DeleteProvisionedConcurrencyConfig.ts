import type { DeleteProvisionedConcurrencyConfigRequest } from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { applyProvisioned } from '../concurrency/provisioned.ts'
import { provisionedOwner } from '../concurrency/provisioned-rules.ts'
import type { LambdaService } from '../lambda-service.ts'
import { changeSetting } from '../settings/change-setting.ts'

/** 204, also when there is none. */
export function DeleteProvisionedConcurrencyConfig(
  service: LambdaService,
): Operation<DeleteProvisionedConcurrencyConfigRequest, object> {
  return async (input, context) => {
    const { FunctionName, Qualifier } = input
    const operation = 'DeleteProvisionedConcurrencyConfig'
    const named = provisionedOwner(FunctionName, Qualifier, context, operation)
    const { scope, name, qualifier } = named
    await changeSetting(
      service,
      'LAMBDA:DELETE_PROVISIONED',
      'provisioned',
      named,
      qualifier,
      () => undefined,
    )
    await applyProvisioned(service, scope, name)
    return {}
  }
}
