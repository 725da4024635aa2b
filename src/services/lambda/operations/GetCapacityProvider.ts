import type {
  GetCapacityProviderRequest,
  GetCapacityProviderResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { capacityProvider } from '../capacity-providers/provider.ts'
import type { LambdaService } from '../lambda-service.ts'

export function GetCapacityProvider(
  service: LambdaService,
): Operation<GetCapacityProviderRequest, GetCapacityProviderResponse> {
  return async ({ CapacityProviderName = '' }, context) => ({
    CapacityProvider: capacityProvider(await service.providers.get(CapacityProviderName, context)),
  })
}
