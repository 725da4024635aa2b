/**
 * A blob as bytes on disk: header, ciphertext, tag.
 *
 *   4  "LDBB"
 *   1  version of this format, 1
 *   8  key id: tells a wrong key from damage
 *   12 nonce, random: under one key safe for 2^32 blobs (NIST SP 800-38D, 8.3)
 *   n  AES-256-GCM ciphertext, as long as the plain bytes
 *   16 tag, over the ciphertext, the header and the blob's id, so that no blob passes for another
 *
 * All of it works in slices: hashing and encrypting 50 MB takes 70 ms of a core in total, and whoever shares
 * the main thread waits for 0.3 ms of it at a time. Rejected: WebCrypto, which works on other threads but
 * first copies its input on this one: 50 MB stalled it for 40 ms, twice.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import type { DecipherGCM, Hash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'

import type { BlobId } from '../../kernel/brand.ts'
import { BlobError } from '../store.ts'

const magic = Buffer.from('LDBB')
const formatVersion = 1
const keyIdBytes = 8
const nonceBytes = 12
export const tagBytes = 16
export const headerBytes = magic.length + 1 + keyIdBytes + nonceBytes

/** Small enough not to be noticed on the main thread, large enough for few turns of its loop. */
export const sliceBytes = 256 * 1024

export interface BlobKey {
  readonly secret: Uint8Array
  /** Names the key without telling anything of it. */
  readonly id: Buffer
}

export function blobKey(secret: Uint8Array): BlobKey {
  const id = createHmac('sha256', secret).update('lambdad blob key id').digest()
  return { secret, id: id.subarray(0, keyIdBytes) }
}

export async function blobIdOf(bytes: Uint8Array): Promise<BlobId> {
  const hash = createHash('sha256')
  for (const slice of slices(bytes)) {
    hash.update(slice)
    // Not a timer: lets the event loop turn between two slices.
    if (bytes.length > sliceBytes) await setImmediate()
  }
  return hash.digest('hex') as BlobId
}

/** Lazily, so that a slice is encrypted only when the one before is written. */
export function* encrypt(id: BlobId, bytes: Uint8Array, key: BlobKey): Generator<Uint8Array> {
  const nonce = randomBytes(nonceBytes)
  const header = Buffer.concat([magic, Buffer.of(formatVersion), key.id, nonce])
  const cipher = createCipheriv('aes-256-gcm', key.secret, nonce)
  cipher.setAAD(Buffer.concat([header, Buffer.from(id, 'hex')]))
  yield header
  for (const slice of slices(bytes)) yield cipher.update(slice)
  cipher.final()
  yield cipher.getAuthTag()
}

/** Takes a blob's file apart slice by slice. Nothing it returned may be used before `finish` has agreed. */
export class BlobDecryption {
  readonly #id: BlobId
  readonly #decipher: DecipherGCM
  readonly #hash: Hash = createHash('sha256')

  /** @throws BlobError when it is no blob of ours, or of another key. */
  constructor(id: BlobId, header: Buffer, key: BlobKey) {
    this.#id = id
    const [version] = header.subarray(magic.length)
    if (header.length < headerBytes || !header.subarray(0, magic.length).equals(magic)) {
      throw damaged(id, 'it has no header')
    }
    if (version !== formatVersion)
      throw damaged(id, `its format is ${version}, not ${formatVersion}`)
    const keyId = header.subarray(magic.length + 1, magic.length + 1 + keyIdBytes)
    if (!keyId.equals(key.id)) throw new BlobError(`Blob ${id} was encrypted with another key.`)
    const nonce = header.subarray(headerBytes - nonceBytes)
    this.#decipher = createDecipheriv('aes-256-gcm', key.secret, nonce)
    this.#decipher.setAAD(Buffer.concat([header, Buffer.from(id, 'hex')]))
  }

  update(ciphertext: Uint8Array): Buffer {
    const plain = this.#decipher.update(ciphertext)
    this.#hash.update(plain)
    return plain
  }

  /** @throws BlobError when a bit of the file is not what was written. */
  finish(tag: Uint8Array): void {
    try {
      this.#decipher.setAuthTag(tag).final()
    } catch {
      throw damaged(this.#id, 'its bytes are not those that were written')
    }
    if (this.#hash.digest('hex') !== this.#id) throw damaged(this.#id, 'its bytes are not its hash')
  }
}

export function damaged(id: BlobId, why: string): BlobError {
  return new BlobError(`Blob ${id} is damaged: ${why}.`)
}

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += sliceBytes) {
    yield bytes.subarray(start, start + sliceBytes)
  }
}
