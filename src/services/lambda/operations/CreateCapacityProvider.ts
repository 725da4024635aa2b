import type {
  CreateCapacityProviderRequest,
  CreateCapacityProviderResponse,
} from '@aws-sdk/client-lambda'
import { ServiceError } from '../../../kernel/errors.ts'
import type { Operation } from '../../../kernel/operation.ts'
import { newProviderName } from '../capacity-providers/names.ts'
import { type ProviderRecord, capacityProvider } from '../capacity-providers/provider.ts'
import { newSettings } from '../capacity-providers/rules.ts'
import { findProvider, listProviders, putProvider } from '../capacity-providers/tables.ts'
import type { LambdaService } from '../lambda-service.ts'
import { capacityProvidersMax } from '../limits.ts'
import { checkTags, conflict } from '../rules.ts'
import type { LambdaTables } from '../tables.ts'

/** 202: Pending, then Active. */
export function CreateCapacityProvider(
  service: LambdaService,
): Operation<CreateCapacityProviderRequest, CreateCapacityProviderResponse> {
  return async (input, context) => {
    const { account, region } = context
    const provider: ProviderRecord = {
      account,
      region,
      name: newProviderName(input.CapacityProviderName ?? '', context),
      settings: newSettings(input),
      state: 'Pending',
      lastModifiedMs: service.clock.nowMs(),
      tags: checkTags(input.Tags),
    }
    await service.store.transaction<LambdaTables, void>('LAMBDA:CREATE_PROVIDER', async (db) => {
      if (await findProvider(db, context, provider.name)) {
        throw conflict(`Capacity provider already exists: ${provider.name}`)
      }
      const others = await listProviders(db, context, undefined)
      if (others.length >= capacityProvidersMax) throw tooMany()
      await putProvider(db, provider)
    })
    service.providers.begin(provider)
    return { CapacityProvider: capacityProvider(provider) }
  }
}

/** The model's own description of this error. */
function tooMany(): ServiceError {
  return new ServiceError(
    'CapacityProviderLimitExceededException',
    'The maximum number of capacity providers for your account has been exceeded.',
  )
}
