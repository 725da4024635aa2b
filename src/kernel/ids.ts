import { randomBytes, randomUUID } from 'node:crypto'
import type { RequestId } from './brand.ts'

export function newRequestId(): RequestId {
  return randomUUID() as RequestId
}

/** A revision id, a statement id: any UUID that is not a request's. */
export function newUuid(): string {
  return randomUUID()
}

/** `length` lower-case hex digits of cryptographic randomness. */
export function randomHex(length: number): string {
  return randomBytes(Math.ceil(length / 2))
    .toString('hex')
    .slice(0, length)
}

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** `length` characters of upper-case base 32, the alphabet of IAM's unique ids. */
export function randomBase32(length: number): string {
  let text = ''
  for (const byte of randomBytes(length)) text += base32.charAt(byte & 31)
  return text
}
