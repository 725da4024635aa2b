import type {
  DeleteCapacityProviderRequest,
  DeleteCapacityProviderResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { capacityProvider } from '../capacity-providers/provider.ts'
import { checkActive } from '../capacity-providers/providers.ts'
import { listProviderUses } from '../capacity-providers/tables.ts'
import type { LambdaService } from '../lambda-service.ts'
import { conflict } from '../rules.ts'

/** 202: Deleting, then gone. */
export function DeleteCapacityProvider(
  service: LambdaService,
): Operation<DeleteCapacityProviderRequest, DeleteCapacityProviderResponse> {
  return async ({ CapacityProviderName = '' }, context) => {
    const deleted = await service.providers.change(
      'LAMBDA:DELETE_PROVIDER',
      CapacityProviderName,
      context,
      async (provider, db) => {
        checkActive(provider)
        const [use] = await listProviderUses(db, context, provider.name, undefined, 1)
        if (use) {
          throw conflict(
            `The capacity provider ${provider.name} is used by function versions, ${use.functionName}:${use.version} among them. Delete these first.`,
          )
        }
        return { ...provider, state: 'Deleting', lastModifiedMs: service.clock.nowMs() }
      },
    )
    service.providers.begin(deleted)
    return { CapacityProvider: capacityProvider(deleted) }
  }
}
