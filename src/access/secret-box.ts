/**
 * Encrypts short secrets at rest. A signature can only be verified with the secret itself, so access keys cannot
 * be hashed as passwords are; they are kept under a key that is not in the database.
 *
 * AES-256-GCM with a random nonce of 96 bits: good for 2^32 secrets under one key (NIST SP 800-38D).
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

import { assert } from '../kernel/assert.ts'

const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16

/** What was sealed cannot be read: another key, or the stored text was changed. */
export class SealError extends Error {
  override readonly name = 'SealError'
}

export class SecretBox {
  readonly #key: Uint8Array

  /** @param key 32 bytes, derived from the data directory's master key for this use alone. */
  constructor(key: Uint8Array) {
    assert(key.length === keyBytes, `a key of ${keyBytes} bytes, not ${key.length}`)
    this.#key = key
  }

  /**
   * @param owner whose secret it is: it cannot be opened as another's.
   * @returns base64 of nonce, tag and ciphertext.
   */
  seal(secret: string, owner: string): string {
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(owner))
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')
  }

  /** @throws SealError. */
  open(sealed: string, owner: string): string {
    const bytes = Buffer.from(sealed, 'base64')
    const nonce = bytes.subarray(0, nonceBytes)
    const tag = bytes.subarray(nonceBytes, nonceBytes + tagBytes)
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, {
        authTagLength: tagBytes,
      })
        .setAAD(Buffer.from(owner))
        .setAuthTag(tag)
      const secret = decipher.update(bytes.subarray(nonceBytes + tagBytes))
      return Buffer.concat([secret, decipher.final()]).toString('utf8')
    } catch (error) {
      const words = `The secret of ${owner} cannot be decrypted: it was stored under another key.`
      throw new SealError(words, { cause: error })
    }
  }
}
