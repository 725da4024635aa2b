/** What may be kept ready. AWS's words, as observed. */
import { ServiceError } from '../../../kernel/errors.ts'
import { pointsTo } from '../aliases/alias.ts'
import { findAlias, listAliases } from '../aliases/tables.ts'
import { unreservedConcurrencyMin } from '../limits.ts'
import { type FunctionName, notFound, parseFunctionName } from '../names.ts'
import type { CallContext } from '../../../kernel/operation.ts'
import { conflict, invalid } from '../rules.ts'
import { findSetting, listSettings } from '../settings/tables.ts'
import type { LambdaDb } from '../tables.ts'
import { unreserved } from './concurrency.ts'
import { isNumber } from './provisioned.ts'

type Db = LambdaDb

/** @throws ServiceError for what is neither a published version nor an alias */
export function provisionedOwner(
  functionName: string | undefined,
  qualifier: string | undefined,
  context: CallContext,
  operation: string,
): FunctionName & { readonly qualifier: string } {
  const named = parseFunctionName(functionName ?? '', qualifier, context, operation)
  if (named.qualifier === undefined) {
    throw invalid('The function resource provided must be an alias or a published version.')
  }
  if (named.qualifier === '$LATEST') throw unpublished()
  return { ...named, qualifier: named.qualifier }
}

export function provisionedNotFound(): ServiceError {
  return new ServiceError(
    'ProvisionedConcurrencyConfigNotFoundException',
    'No Provisioned Concurrency Config found for this function',
    { status: 404 },
  )
}

/** @throws ServiceError when so many cannot be kept for it */
export async function checkProvisioned(
  db: Db,
  named: FunctionName & { readonly qualifier: string },
  requested: number,
): Promise<void> {
  await checkOverlap(db, named)
  const { scope, name, qualifier } = named
  const others = await totalProvisioned(db, named, qualifier)
  const owner = { ...scope, functionName: name, qualifier: '' }
  const reserved = (await findSetting(db, 'concurrency', owner))?.reserved
  if (reserved !== undefined) {
    if (others + requested > reserved) {
      throw invalid(
        'Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function',
      )
    }
    return
  }
  const left = (await unreserved(db, scope)) - unreservedConcurrencyMin
  if (others + requested > left) {
    throw invalid(
      `Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [${left}].`,
    )
  }
}

/** An alias and a version that it leads to cannot both have some. */
async function checkOverlap(
  db: Db,
  { scope, name, qualifier }: FunctionName & { readonly qualifier: string },
): Promise<void> {
  const settings = await listSettings(db, 'provisioned', scope, name)
  const taken = new Set(settings.map((setting) => setting.qualifier))
  if (isNumber(qualifier)) {
    for (const alias of await listAliases(db, scope, name)) {
      if (taken.has(alias.name) && pointsTo(alias, qualifier)) {
        throw conflict('Version is pointed by a Provisioned Concurrency alias')
      }
    }
    return
  }
  const alias = await findAlias(db, scope, name, qualifier)
  if (!alias) throw notFound({ scope, name, qualifier })
  if (alias.functionVersion === '$LATEST') throw unpublished()
  if ([...taken].some((each) => isNumber(each) && pointsTo(alias, each))) {
    throw conflict(
      "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version",
    )
  }
}

/** Of all versions and aliases of a function. @param but leaves this one out */
export async function totalProvisioned(
  db: Db,
  { scope, name }: FunctionName,
  but?: string,
): Promise<number> {
  let total = 0
  for (const { qualifier, record } of await listSettings(db, 'provisioned', scope, name)) {
    if (qualifier !== but) total += record.requested
  }
  return total
}

function unpublished(): ServiceError {
  return invalid(
    'Provisioned Concurrency Configs cannot be applied to unpublished function versions.',
  )
}
