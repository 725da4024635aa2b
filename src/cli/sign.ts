/** Signs requests with Signature Version 4, which a server with `--auth on` verifies. Loaded with the first request. */
import { createHash, createHmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import { systemClock } from '../kernel/clock.ts'
import type { Keys } from './credentials.ts'
import type { HttpRequest } from './http.ts'

export interface Signing {
  readonly keys: Keys
  readonly region: string
  /** In the credential scope: `lambda`, `logs`, `sts`. */
  readonly service: string
}

/** The hash as the signer wants it. */
class Sha256 {
  readonly #hash
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Buffer)
  }
  update(data: Uint8Array | string): void {
    this.#hash.update(data)
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest())
  }
  reset(): void {}
}

/** @returns the same request, with the headers that sign it */
export async function sign(url: URL, request: HttpRequest, signing: Signing): Promise<HttpRequest> {
  const { keys, region, service } = signing
  const signer = new SignatureV4({ credentials: keys, region, service, sha256: Sha256 })
  const signed = await signer.sign(
    {
      method: request.method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { ...request.headers, host: url.host },
      body: request.body,
    },
    { signingDate: new Date(systemClock.nowMs()) },
  )
  return { ...request, headers: signed.headers }
}
