/**
 * A capacity provider, and how its states follow each other. Pure: time is a parameter.
 *
 *   Pending --ready--> Active --delete--> Deleting --> gone
 *
 * While it is Pending or Deleting nothing else may be changed. An update leaves it Active: the model has no state for it.
 * Source: API reference, CapacityProvider; developer guide, "Capacity providers for Lambda Managed Instances".
 */
import type { CapacityProvider, CreateCapacityProviderRequest } from '@aws-sdk/client-lambda'
import type { Scope } from '../../../kernel/brand.ts'
import { lambdaTime } from '../configuration.ts'
import { providerArn } from './names.ts'

/** As they are given, under AWS's names; defaults filled in. */
export type ProviderSettings = Omit<CreateCapacityProviderRequest, 'CapacityProviderName' | 'Tags'>

export interface ProviderRecord extends Scope {
  readonly name: string
  readonly settings: ProviderSettings
  readonly state: 'Pending' | 'Active' | 'Deleting'
  /** Unix epoch ms. */
  readonly lastModifiedMs: number
  readonly tags: Readonly<Record<string, string>>
}

/** Whether a change is under way: after a restart it is finished. */
export function isChanging({ state }: ProviderRecord): boolean {
  return state !== 'Active'
}

/** What it is when the change under way is done; undefined for one that is gone then. */
export function whenDone(provider: ProviderRecord): ProviderRecord | undefined {
  return provider.state === 'Deleting' ? undefined : { ...provider, state: 'Active' }
}

/** CapacityProvider of the Lambda model. */
export function capacityProvider(provider: ProviderRecord): CapacityProvider {
  return {
    ...provider.settings,
    // Both are required of every request.
    VpcConfig: provider.settings.VpcConfig,
    PermissionsConfig: provider.settings.PermissionsConfig,
    CapacityProviderArn: providerArn(provider, provider.name),
    State: provider.state,
    LastModified: lambdaTime(provider.lastModifiedMs),
  }
}
