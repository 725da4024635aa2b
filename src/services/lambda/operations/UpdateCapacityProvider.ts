import type {
  UpdateCapacityProviderRequest,
  UpdateCapacityProviderResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { capacityProvider } from '../capacity-providers/provider.ts'
import { checkActive } from '../capacity-providers/providers.ts'
import { withChanges } from '../capacity-providers/rules.ts'
import type { LambdaService } from '../lambda-service.ts'

/** 202. What the request leaves out stays. */
export function UpdateCapacityProvider(
  service: LambdaService,
): Operation<UpdateCapacityProviderRequest, UpdateCapacityProviderResponse> {
  return async ({ CapacityProviderName = '', ...changes }, context) => {
    const updated = await service.providers.change(
      'LAMBDA:UPDATE_PROVIDER',
      CapacityProviderName,
      context,
      (provider) => {
        checkActive(provider)
        return {
          ...provider,
          settings: withChanges(provider.settings, changes),
          lastModifiedMs: service.clock.nowMs(),
        }
      },
    )
    return { CapacityProvider: capacityProvider(updated) }
  }
}
