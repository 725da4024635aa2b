/**
 * Functions on a capacity provider: what they may be. Whether they are is chosen when they are made.
 *
 * Called by: the operations that make, change and publish functions. The texts are ours.
 * Facts: developer guide, "Lambda Managed Instances"; API reference, CapacityProviderConfig.
 */
import type { CapacityProviderConfig } from '@aws-sdk/client-lambda'
import type { Scope } from '../../../kernel/brand.ts'
import { ServiceError } from '../../../kernel/errors.ts'
import {
  ephemeralStorageMbMax,
  managedMemoryMbMin,
  memoryMbMax,
  timeoutSecondsMax,
  versionsPerCapacityProviderMax,
} from '../limits.ts'
import { invalid } from '../rules.ts'
import type { ManagedInstances, VersionConfig } from '../state.ts'
import type { LambdaDb } from '../tables.ts'
import { refuseIsolated } from '../tenancy.ts'
import { providerArn, providerName, providerNotFound } from './names.ts'
import { checkActive } from './providers.ts'
import { findProvider, listProviderUses } from './tables.ts'

/** @throws ServiceError when the provider is another account's or region's */
export function managedInstancesOf(
  config: CapacityProviderConfig | undefined,
  scope: Scope,
): ManagedInstances | undefined {
  const given = config?.LambdaManagedInstancesCapacityProviderConfig
  if (!given) return undefined
  return {
    provider: providerName(given.CapacityProviderArn ?? '', scope),
    environmentConcurrency: given.PerExecutionEnvironmentMaxConcurrency,
    memoryGiBPerVCpu: given.ExecutionEnvironmentMemoryGiBPerVCpu,
  }
}

/** What depends on where the function runs: sizes, and the settings that exclude each other. @throws ServiceError */
export function checkCompute(config: VersionConfig): void {
  if (config.snapStart !== 'None') refuseIsolated(config, 'SnapStart')
  if (config.managedInstances === undefined) {
    atMost('MemorySize', config.memoryMb, memoryMbMax)
    atMost('EphemeralStorage', config.ephemeralStorageMb, ephemeralStorageMbMax)
    atMost('Timeout', config.timeoutSeconds, timeoutSecondsMax)
    return
  }
  if (config.memoryMb < managedMemoryMbMin) {
    throw invalid(
      `'MemorySize' value failed to satisfy constraint: Member must have value greater than or equal to ${managedMemoryMbMin}`,
    )
  }
  refuseIsolated(config, 'CapacityProviderConfig')
  if (config.snapStart !== 'None') refuseManaged(config, 'SnapStart')
  if (config.logging.format === 'Text') refuseManaged(config, 'LogFormat Text')
}

/** In the form in which AWS words bounds that are not the model's (observed for MemorySize). */
function atMost(name: string, value: number, most: number): void {
  if (value <= most) return
  throw invalid(
    `'${name}' value failed to satisfy constraint: Member must have value less than or equal to ${most}`,
  )
}

/** @param feature begins the refusal. @throws ServiceError when the function is on a capacity provider */
export function refuseManaged(
  config: Pick<VersionConfig, 'managedInstances'>,
  feature: string,
): void {
  if (config.managedInstances === undefined) return
  throw invalid(`${feature} is not supported for functions on a capacity provider.`)
}

/** @throws ServiceError when it asks for a provider, and is not on one. */
export function checkSameCompute(before: VersionConfig, to: ManagedInstances | undefined): void {
  if (to === undefined || before.managedInstances !== undefined) return
  throw invalid(
    'Whether a function runs on a capacity provider is chosen when it is created. Create another function with this CapacityProviderConfig.',
  )
}

/** In the transaction that stores the function. @throws ServiceError when its provider cannot run it */
export async function checkProvider(
  db: LambdaDb,
  scope: Scope,
  { managedInstances, architecture }: VersionConfig,
): Promise<void> {
  if (managedInstances === undefined) return
  const { provider: name } = managedInstances
  const provider = await findProvider(db, scope, name)
  if (!provider) throw providerNotFound(providerArn(scope, name))
  checkActive(provider)
  const [offered] = provider.settings.InstanceRequirements?.Architectures ?? []
  if (offered === undefined || offered === architecture) return
  throw invalid(
    `The capacity provider ${name} has ${offered} instances, and none of ${architecture}.`,
  )
}

/** Before one more version is published. @throws ServiceError */
export async function checkVersionRoom(
  db: LambdaDb,
  scope: Scope,
  { managedInstances }: VersionConfig,
): Promise<void> {
  if (managedInstances === undefined) return
  const uses = await listProviderUses(db, scope, managedInstances.provider)
  const versions = uses.filter(({ version }) => version !== '$LATEST')
  if (versions.length < versionsPerCapacityProviderMax) return
  // The model's own description of this error.
  throw new ServiceError(
    'FunctionVersionsPerCapacityProviderLimitExceededException',
    'The maximum number of function versions that can be associated with a single capacity provider has been exceeded.',
  )
}

/** @throws ServiceError for functions that have no such version */
export function checkPublishTo(
  to: 'LATEST_PUBLISHED' | undefined,
  config: Pick<VersionConfig, 'managedInstances'>,
): void {
  if (to === undefined || config.managedInstances !== undefined) return
  throw invalid('PublishTo LATEST_PUBLISHED is only for functions on a capacity provider.')
}
