/**
 * Signing keys: a secret narrowed to one day, region and service by four HMACs, kept because a client uses the
 * same one all day. Source: docs, IAM user guide "Create a signed AWS API request", "Calculate the signature".
 */
import { createHmac } from 'node:crypto'

import type { SignedCredential } from '../../kernel/signatures.ts'
import { signingKeysMax } from './limits.ts'

/** The four HMACs, uncached. `secret` is the secret access key as the client has it. */
export function deriveSigningKey(
  secret: string,
  date: string,
  region: string,
  service: string,
): Buffer {
  let key: Buffer | string = `AWS4${secret}`
  for (const part of [date, region, service, 'aws4_request']) {
    key = createHmac('sha256', key).update(part).digest()
  }
  return key as Buffer
}

/** The least recently used key makes room when the cache is full. */
export class SigningKeyCache {
  readonly #entries = new Map<string, { readonly secret: string; readonly key: Buffer }>()
  readonly #max: number

  constructor(max: number = signingKeysMax) {
    this.#max = max
  }

  get size(): number {
    return this.#entries.size
  }

  /** The key for this credential's scope. An access key that got another secret gets another signing key. */
  get(credential: SignedCredential, secret: string): Buffer {
    const { text } = credential
    const found = this.#entries.get(text)
    if (found !== undefined) {
      // A map iterates in order of insertion: inserting again makes it the youngest.
      this.#entries.delete(text)
      if (found.secret === secret) {
        this.#entries.set(text, found)
        return found.key
      }
    }
    const { date, region, service } = credential
    const key = deriveSigningKey(secret, date, region, service)
    if (this.#entries.size >= this.#max) {
      const oldest = this.#entries.keys().next().value
      if (oldest !== undefined) this.#entries.delete(oldest)
    }
    this.#entries.set(text, { secret, key })
    return key
  }
}
