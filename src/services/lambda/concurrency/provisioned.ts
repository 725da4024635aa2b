/**
 * Environments that are kept ready for a version or an alias: which versions the data plane is to keep how many of.
 * Facts: developer guide, "Configuring provisioned concurrency"; texts observed.
 */
import type { ProvisionedConcurrencyStatusEnum } from '@aws-sdk/client-lambda'
import type { Scope } from '../../../kernel/brand.ts'
import type { RunnableVersion } from '../../../kernel/ports.ts'
import type { AliasRecord } from '../aliases/alias.ts'
import { lambdaTime } from '../configuration.ts'
import type { LambdaService } from '../lambda-service.ts'
import { listAllSettings, listSettings } from '../settings/tables.ts'
import type { LambdaTables } from '../tables.ts'

export interface ProvisionedRecord {
  readonly requested: number
  /** Unix epoch ms. */
  readonly lastModifiedMs: number
}

/** How many of each version: an alias with weights shares its number out by them. */
function sharesOf(
  qualifier: string,
  requested: number,
  alias: AliasRecord | undefined,
): ReadonlyMap<string, number> {
  if (!alias) return new Map([[qualifier, requested]])
  const [other] = Object.entries(alias.weights)
  if (!other) return new Map([[alias.functionVersion, requested]])
  const [version, weight] = other
  const share = Math.round(requested * weight)
  return new Map([
    [alias.functionVersion, requested - share],
    [version, share],
  ])
}

/** Tells the data plane what it is to keep of one function. After every change of settings or aliases. */
export async function applyProvisioned(
  service: LambdaService,
  scope: Scope,
  functionName: string,
): Promise<void> {
  const known = await service.functions.find(scope, functionName)
  if (!known) return
  const db = service.store.reader<LambdaTables>()
  const targets = new Map<string, number>()
  for (const version of known.published.versions.keys()) targets.set(version, 0)
  for (const { qualifier, record } of await listSettings(db, 'provisioned', scope, functionName)) {
    const alias = isNumber(qualifier)
      ? undefined
      : await service.functions.findAlias(known, qualifier)
    if (!isNumber(qualifier) && !alias) continue
    for (const [version, share] of sharesOf(qualifier, record.requested, alias)) {
      targets.set(version, (targets.get(version) ?? 0) + share)
    }
  }
  for (const [number, count] of targets) {
    const found = await service.functions.findVersion(known, number)
    if (found?.version) service.invoker.provision(found.version, count)
  }
}

/** After a start. */
export async function applyAllProvisioned(service: LambdaService): Promise<void> {
  const settings = await listAllSettings(service.store.reader<LambdaTables>(), 'provisioned')
  const done = new Set<string>()
  for (const { account, region, functionName } of settings) {
    const key = `${account}/${region}/${functionName}`
    if (done.has(key)) continue
    done.add(key)
    await applyProvisioned(service, { account, region }, functionName)
  }
}

/** What all operations on it answer. */
export async function provisionedStatus(
  service: LambdaService,
  scope: Scope,
  functionName: string,
  qualifier: string,
  record: ProvisionedRecord,
): Promise<{
  RequestedProvisionedConcurrentExecutions: number
  AvailableProvisionedConcurrentExecutions: number
  AllocatedProvisionedConcurrentExecutions: number
  Status: ProvisionedConcurrencyStatusEnum
  StatusReason?: string
  LastModified: string
}> {
  const { requested, lastModifiedMs } = record
  let allocated = 0
  let failure: string | undefined
  for (const [version, share] of await versionsOf(
    service,
    scope,
    functionName,
    qualifier,
    requested,
  )) {
    const state = service.invoker.provisioned(version)
    allocated += Math.min(share, state.allocated)
    failure ??= state.failure
  }
  const isReady = allocated >= requested
  return {
    RequestedProvisionedConcurrentExecutions: requested,
    AvailableProvisionedConcurrentExecutions: allocated,
    AllocatedProvisionedConcurrentExecutions: allocated,
    Status: isReady ? 'READY' : failure === undefined ? 'IN_PROGRESS' : 'FAILED',
    ...(isReady || failure === undefined ? {} : { StatusReason: failure }),
    LastModified: lambdaTime(lastModifiedMs),
  }
}

async function versionsOf(
  service: LambdaService,
  scope: Scope,
  functionName: string,
  qualifier: string,
  requested: number,
): Promise<[RunnableVersion, number][]> {
  const known = await service.functions.find(scope, functionName)
  if (!known) return []
  const alias = isNumber(qualifier)
    ? undefined
    : await service.functions.findAlias(known, qualifier)
  const found: [RunnableVersion, number][] = []
  for (const [number, share] of sharesOf(qualifier, requested, alias)) {
    const version = (await service.functions.findVersion(known, number))?.version
    if (version) found.push([version, share])
  }
  return found
}

export function isNumber(qualifier: string): boolean {
  return /^\d+$/.test(qualifier)
}
