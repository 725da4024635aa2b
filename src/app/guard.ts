/**
 * Who may look at the server itself, with `--auth on`: who has the token of the data directory, which opens nothing
 * else, so that a scraper need not hold a key to all there is; and the root user of the root account, by signature.
 * Being on loopback is no proof: functions come from there, and what reaches the server through a proxy.
 * Called by: metrics.ts, status.ts.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { AccountId } from '../kernel/brand.ts'
import { ServiceError } from '../kernel/errors.ts'
import type { Principal } from '../kernel/operation.ts'
import type { RawRequest } from '../kernel/ports.ts'

export interface Guard {
  readonly token: string
  readonly rootAccount: AccountId
}

/**
 * @param guard undefined: everybody may (`--auth off`)
 * @returns undefined for those who may look; for others why not, of a signature in the words of the authenticator
 */
export async function refusalOf(
  request: RawRequest,
  guard: Guard | undefined,
): Promise<ServiceError | undefined> {
  if (guard === undefined) return undefined
  const { authorization } = request.headers
  const token = typeof authorization === 'string' ? /^Bearer +(\S+)$/i.exec(authorization) : null
  if (token !== null) return isSame(token[1] as string, guard.token) ? undefined : notForYou(guard)
  const who = await whoSigned(request)
  if (who instanceof ServiceError) return who
  return who.userId === guard.rootAccount ? undefined : notForYou(guard)
}

/** Requests to the server itself are signed as those to Lambda are. @returns the refusal when nobody signed it */
export async function whoSigned(request: RawRequest): Promise<Principal | ServiceError> {
  try {
    return await request.identify('lambda')
  } catch (error) {
    if (error instanceof ServiceError) return error
    throw error
  }
}

function notForYou({ rootAccount }: Guard): ServiceError {
  const words = `This is for the root user of account ${rootAccount}, and for who has the token in the server's data directory.`
  return new ServiceError('AccessDeniedException', words, { status: 403 })
}

/** Takes as long whatever is given. */
function isSame(given: string, token: string): boolean {
  const [a, b] = [given, token].map((text) => createHash('sha256').update(text).digest())
  return timingSafeEqual(a as Buffer, b as Buffer)
}
