/**
 * Which build of its runtime a function, or a version of it, gets: the rules of runtime management.
 * A host has one build of each runtime, so Manual can pin no other. AWS's words where they were seen.
 * Called by: Put- and GetRuntimeManagementConfig, UpdateFunctionConfiguration.
 * Facts: API reference, PutRuntimeManagementConfig; developer guide, "Runtime version updates".
 */
import type { PutRuntimeManagementConfigRequest } from '@aws-sdk/client-lambda'
import { type FunctionName, notFound } from './names.ts'
import { invalid } from './rules.ts'
import type { RuntimeManagement } from './settings/kinds.ts'
import { findSetting } from './settings/tables.ts'
import type { FunctionRecord, VersionConfig } from './state.ts'
import type { LambdaDb } from './tables.ts'
import { findVersion } from './versions/tables.ts'

/** Such a setting is `$LATEST`'s or a version's. @throws ServiceError for aliases */
export function managedName(named: FunctionName): FunctionName & { readonly qualifier: string } {
  const { qualifier = '$LATEST' } = named
  if (qualifier === '$LATEST' || /^\d+$/.test(qualifier)) return { ...named, qualifier }
  throw invalid(
    'Runtime management is configured for $LATEST and for published versions. Aliases do not support this operation.',
  )
}

/** @throws ServiceError when the ARN does not fit the mode, or is of a build that is not to be had */
export function checkManagement(
  input: PutRuntimeManagementConfigRequest,
  config: Pick<VersionConfig, 'runtime' | 'runtimeVersionArn'>,
): RuntimeManagement {
  const { UpdateRuntimeOn: updateOn = 'Auto', RuntimeVersionArn: versionArn } = input
  if (updateOn !== 'Manual') {
    if (versionArn === undefined) return { updateOn, versionArn }
    throw invalid('RuntimeVersionArn can be set only when UpdateRuntimeOn is Manual.')
  }
  if (versionArn === undefined) {
    throw invalid('RuntimeVersionArn is required when UpdateRuntimeOn is Manual.')
  }
  if (config.runtimeVersionArn === undefined) {
    throw invalid(`The runtime ${config.runtime} has no versions that could be chosen from.`)
  }
  if (versionArn !== config.runtimeVersionArn) {
    throw invalid(
      `The runtime version ${versionArn} is not available for ${config.runtime} on this host, which has one: ${config.runtimeVersionArn}.`,
    )
  }
  return { updateOn, versionArn }
}

/** What `$LATEST` or the version consists of. @throws ServiceError `ResourceNotFoundException` */
export async function managedConfig(
  db: LambdaDb,
  record: FunctionRecord,
  named: FunctionName & { readonly qualifier: string },
): Promise<VersionConfig> {
  if (named.qualifier === '$LATEST') return record.config
  const version = await findVersion(db, record, record.name, Number(named.qualifier))
  if (!version) throw notFound(named)
  return version.config
}

/** A pinned build is one of the runtime that the function has. The words are recorded from the service. */
export async function checkRuntimeChange(
  db: LambdaDb,
  record: FunctionRecord,
  runtime: string | undefined,
): Promise<void> {
  if (runtime === undefined || runtime === record.config.runtime) return
  const owner = { account: record.account, region: record.region, functionName: record.name }
  const setting = await findSetting(db, 'runtimeManagement', { ...owner, qualifier: '$LATEST' })
  if (setting?.updateOn !== 'Manual') return
  throw invalid(
    "Cannot change runtime identifier when runtime management configuration is set to 'Manual'. Change the runtime management configuration to 'Auto' or 'FunctionUpdate', then retry.",
  )
}
