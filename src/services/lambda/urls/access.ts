/**
 * Who may call a function by its URL.
 *
 * With AuthType AWS_IAM whoever signed, of the function's own account; of another account, whom the policy lets. With
 * NONE everybody, which `--auth on` takes from the policy alone, as AWS does. Both permissions are needed: AWS has
 * asked for `lambda:InvokeFunction` beside `lambda:InvokeFunctionUrl` since October 2025. A function and each of its
 * aliases have a policy of their own, and only that of the URL's owner counts.
 * Called by: url-route.ts, before each invocation. Source: developer guide, "Control access to Lambda function URLs";
 * service authorization reference for what the condition keys apply to.
 */
import type { ContextKeys } from '../../../access/policy/conditions.ts'
import { isTrusted } from '../../../access/policy/trust.ts'
import { ServiceError } from '../../../kernel/errors.ts'
import type { Principal } from '../../../kernel/operation.ts'
import type { RawRequest } from '../../../kernel/ports.ts'
import type { LambdaService } from '../lambda-service.ts'
import { contextKeys } from '../permissions/access.ts'
import { findSetting } from '../settings/tables.ts'
import type { LambdaTables } from '../tables.ts'
import type { KnownUrl } from './urls.ts'

/** `signer` is there with AWS_IAM alone: an open URL looks at no signature. */
export type Access = { readonly signer: Principal | undefined } | 'denied'

export async function accessTo(
  service: LambdaService,
  url: KnownUrl,
  request: RawRequest,
): Promise<Access> {
  if (url.record.authType === 'NONE') {
    const isOpen = !service.asksUrlPolicies || (await isPermitted(service, url, request, undefined))
    return isOpen ? { signer: undefined } : 'denied'
  }
  const signer = await signerOf(request)
  if (!signer) return 'denied'
  const isOwn = signer.account === url.account
  return isOwn || (await isPermitted(service, url, request, signer)) ? { signer } : 'denied'
}

/** Undefined when nobody signed it, or not as they say. */
async function signerOf(request: RawRequest): Promise<Principal | undefined> {
  const { headers, query } = request
  const isSigned = headers['authorization'] !== undefined || /(^|&)X-Amz-Signature=/.test(query)
  if (!isSigned) return undefined
  try {
    return await request.identify('lambda')
  } catch (error) {
    if (error instanceof ServiceError) return undefined
    throw error
  }
}

/** Nobody that a policy could name: only statements for everybody are about them. */
const anonymous = { account: '', arn: '', userId: '', accessKeyId: '' } as unknown as Principal

async function isPermitted(
  service: LambdaService,
  url: KnownUrl,
  request: RawRequest,
  signer: Principal | undefined,
): Promise<boolean> {
  const policy = await findSetting(service.store.reader<LambdaTables>(), 'policy', url)
  if (!policy) return false
  const principal = signer ?? anonymous
  const known = signer ? contextKeys({ principal: signer, region: url.region }) : []
  const permits = (action: string, key: string, value: string): boolean => {
    const context: ContextKeys = new Map([
      ...known,
      ['aws:requestedregion', url.region],
      ['aws:sourceip', request.remoteAddress],
      [key, value],
    ])
    return isTrusted(policy.document, { principal }, `lambda:${action}`, context)
  }
  return (
    permits('InvokeFunctionUrl', 'lambda:functionurlauthtype', url.record.authType) &&
    permits('InvokeFunction', 'lambda:invokedviafunctionurl', 'true')
  )
}
