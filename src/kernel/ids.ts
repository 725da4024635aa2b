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

/** From 0 to 1, 1 excluded: for shares, not for secrets. */
export function randomFraction(): number {
  return Math.random()
}

/** 32 lower-case letters and digits: the first label of a function URL. */
export function randomUrlId(): string {
  return randomBase32(32).toLowerCase()
}

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** `length` characters of upper-case base 32, the alphabet of IAM's unique ids. */
export function randomBase32(length: number): string {
  let text = ''
  for (const byte of randomBytes(length)) text += base32.charAt(byte & 31)
  return text
}

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export function isUuid(text: string): boolean {
  return uuidForm.test(text)
}

/** Randomness is drawn in blocks: a call per id would be the dearest part of an id. */
const blockBytes = 16 * 1024
let block = randomBytes(0)
let blockAt = 0

function pooledHex(bytes: number): string {
  if (blockAt + bytes > block.length) {
    block = randomBytes(blockBytes)
    blockAt = 0
  }
  blockAt += bytes
  return block.toString('hex', blockAt - bytes, blockAt)
}

/** A new, unsampled trace: `Root=1-<8 hex of the time>-<24 hex>;Parent=<16 hex>;Sampled=0` (X-Ray guide). */
export function newTraceId(nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000)
    .toString(16)
    .padStart(8, '0')
  const hex = pooledHex(20)
  return `Root=1-${seconds}-${hex.slice(0, 24)};Parent=${hex.slice(24)};Sampled=0`
}
