/**
 * Which functions of other accounts a caller may name: those whose policy lets it.
 *
 * What it is not: access control within an account, which the gateway's authoriser decides. Invariant: for a function
 * of the caller's own account nothing is read and nothing waits. A version or an alias has a policy of its own, and
 * only that counts for who names it (developer guide). Called by: find-named.ts, the operations that AWS lets other
 * accounts perform. Read next: access/policy/trust.ts.
 */
import type { ContextKeys } from '../../../access/policy/conditions.ts'
import { isTrusted } from '../../../access/policy/trust.ts'
import type { CallContext } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { type FunctionName, checkUnqualified, foreign, readFunctionName } from '../names.ts'
import { findSetting } from '../settings/tables.ts'
import type { LambdaTables } from '../tables.ts'

/**
 * The function, version or alias that a request names, be it of another account.
 * @param action `InvokeFunction`: as policies name it, without `lambda:`
 * @throws ServiceError `AccessDeniedException` when it is another account's, and its policy does not let the caller
 */
export function accessibleName(
  service: LambdaService,
  text: string,
  qualifier: string | undefined,
  context: CallContext,
  action: string,
): FunctionName | Promise<FunctionName> {
  const named = readFunctionName(text, qualifier, context)
  return named.scope.account === context.account
    ? named
    : permitted(service, named, context, action)
}

/** As `accessibleName`, for operations on a function as a whole. */
export async function accessibleFunction(
  service: LambdaService,
  text: string,
  context: CallContext,
  action: string,
): Promise<FunctionName> {
  return checkUnqualified(await accessibleName(service, text, undefined, context, action))
}

async function permitted(
  service: LambdaService,
  named: FunctionName,
  context: CallContext,
  action: string,
): Promise<FunctionName> {
  const policy = await findSetting(service.store.reader<LambdaTables>(), 'policy', {
    ...named.scope,
    functionName: named.name,
    qualifier: named.qualifier ?? '',
  })
  const { principal } = context
  const isPermitted =
    policy !== undefined &&
    isTrusted(policy.document, { principal }, `lambda:${action}`, contextKeys(context))
  if (isPermitted) return named
  throw foreign(named, context, action)
}

/** What conditions may ask about the caller. Keys that are not here satisfy no condition that wants them. */
export function contextKeys({
  principal,
  region,
}: Pick<CallContext, 'principal' | 'region'>): ContextKeys {
  return new Map([
    ['aws:principalarn', principal.arn],
    ['aws:principalaccount', principal.account],
    ['aws:userid', principal.userId],
    ['aws:requestedregion', region],
  ])
}
