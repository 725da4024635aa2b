import type {
  PutProvisionedConcurrencyConfigRequest,
  PutProvisionedConcurrencyConfigResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { refuseManaged } from '../capacity-providers/managed-instances.ts'
import { applyProvisioned, provisionedStatus } from '../concurrency/provisioned.ts'
import { checkProvisioned, provisionedOwner } from '../concurrency/provisioned-rules.ts'
import type { LambdaService } from '../lambda-service.ts'
import { changeSetting } from '../settings/change-setting.ts'
import { refuseIsolated } from '../tenancy.ts'

/** 202: environments are started behind the answer. */
export function PutProvisionedConcurrencyConfig(
  service: LambdaService,
): Operation<PutProvisionedConcurrencyConfigRequest, PutProvisionedConcurrencyConfigResponse> {
  return async (input, context) => {
    const { FunctionName, Qualifier, ProvisionedConcurrentExecutions: requested = 1 } = input
    const operation = 'PutProvisionedConcurrencyConfig'
    const named = provisionedOwner(FunctionName, Qualifier, context, operation)
    const { scope, name, qualifier } = named
    const record = { requested, lastModifiedMs: service.clock.nowMs() }
    await changeSetting(
      service,
      'LAMBDA:PUT_PROVISIONED',
      'provisioned',
      named,
      qualifier,
      async (_before, { config }, db) => {
        refuseIsolated(config, 'Provisioned concurrency')
        refuseManaged(config, 'Provisioned concurrency')
        await checkProvisioned(db, named, requested)
        return record
      },
    )
    await applyProvisioned(service, scope, name)
    return await provisionedStatus(service, scope, name, qualifier, record)
  }
}
