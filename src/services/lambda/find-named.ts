import { ServiceError } from '../../kernel/errors.ts'
import { randomFraction } from '../../kernel/ids.ts'
import type { CallContext } from '../../kernel/operation.ts'
import type { RunnableVersion } from '../../kernel/ports.ts'
import { type AliasRecord, routed } from './aliases/alias.ts'
import type { KnownFunction } from './functions.ts'
import type { LambdaService } from './lambda-service.ts'
import { type FunctionName, isVersion, latestPublished, notFound } from './names.ts'
import { accessibleName } from './permissions/access.ts'
import { invalid } from './rules.ts'
import type { FunctionRecord, VersionRecord } from './state.ts'

/** What a name with its qualifier stands for. */
export interface Named {
  readonly named: FunctionName
  readonly known: KnownFunction
  /** `$LATEST`, or the published version; for an alias the one it points to. */
  readonly record: FunctionRecord | VersionRecord
  /** Undefined before it was Active. */
  readonly version: RunnableVersion | undefined
  /** Set when the qualifier is one. */
  readonly alias: AliasRecord | undefined
}

/**
 * The function, version or alias that a request names, by any form of name and qualifier; of another account, if its
 * policy lets the caller.
 * @throws ServiceError `ResourceNotFoundException` when there is none.
 */
export async function findNamed(
  service: LambdaService,
  functionName: string | undefined,
  qualifier: string | undefined,
  context: CallContext,
  operation: string,
): Promise<Named> {
  const named = await accessibleName(service, functionName ?? '', qualifier, context, operation)
  return await resolve(service, named, (alias) => alias.functionVersion)
}

/** The version that an invocation of this name runs: of an alias with weights, drawn by them. */
export async function findInvoked(service: LambdaService, named: FunctionName): Promise<Named> {
  const found = await resolve(service, named, (alias) => routed(alias, randomFraction()))
  if (found.record.config.managedInstances === undefined || 'version' in found.record) return found
  return await findLatestPublished(service, found)
}

/** What the name of a function on a capacity provider stands for: its `$LATEST` has no environments. */
async function findLatestPublished(service: LambdaService, found: Named): Promise<Named> {
  if (found.named.qualifier !== undefined) {
    throw invalid(
      'The unpublished version of a function on a capacity provider cannot be invoked. Publish it, and invoke the version.',
    )
  }
  const version = await service.functions.findVersion(found.known, latestPublished)
  if (version) return { ...found, ...version }
  throw new ServiceError(
    'NoPublishedVersionException',
    // The model's own description of this error.
    'The function has no published versions available.',
  )
}

/** @param choose which of an alias's versions */
async function resolve(
  service: LambdaService,
  named: FunctionName,
  choose: (alias: AliasRecord) => string,
): Promise<Named> {
  const { functions } = service
  const known =
    functions.known(named.scope, named.name) ?? (await functions.find(named.scope, named.name))
  if (!known) throw notFound(named)
  const { qualifier = '$LATEST' } = named
  if (qualifier === '$LATEST') return { named, known, ...known, alias: undefined }
  let number = qualifier
  let alias: AliasRecord | undefined
  if (!isVersion(qualifier)) {
    alias = await functions.findAlias(known, qualifier)
    if (!alias) throw notFound(named)
    number = choose(alias)
    if (number === '$LATEST') return { named, known, ...known, alias }
  }
  const found = await functions.findVersion(known, number)
  if (!found) throw notFound(named)
  return { named, known, ...found, alias }
}
