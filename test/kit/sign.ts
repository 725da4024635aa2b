/**
 * Signs requests as clients do, with the SDK's own signer, into the plain values that lambdad's rooms see.
 * Not a client: nothing is sent.
 */
import { createHash, createHmac } from 'node:crypto'

import { SignatureV4 } from '@smithy/signature-v4'

export interface UnsignedRequest {
  readonly method: string
  /** Percent-encoded. */
  readonly path: string
  readonly query: Readonly<Record<string, string | string[]>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** A request as `HttpRequest` has it. */
export interface PlainRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export interface SignOptions {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
  readonly service: string
  readonly region: string
  readonly atMs: number
  /** In the Authorization header unless told. */
  readonly how?: 'header' | 'presigned'
  /** Of presigned requests; an hour unless told. */
  readonly expiresSeconds?: number
}

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

/** S3 signs a path as it is, the others encode it once more. */
export async function sign(unsigned: UnsignedRequest, options: SignOptions): Promise<PlainRequest> {
  const { accessKeyId, secretAccessKey, sessionToken, service, region, how = 'header' } = options
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
    region,
    service,
    sha256: Sha256,
    uriEscapePath: service !== 's3',
  })
  const { method, path, body } = unsigned
  const headers = { host: 'localhost:4566', ...unsigned.headers }
  const query = { ...unsigned.query }
  const request = { method, protocol: 'http:', hostname: 'localhost', path, query, headers, body }
  const signingDate = new Date(options.atMs)
  const expiresIn = options.expiresSeconds ?? 3600
  const signed =
    how === 'header'
      ? await signer.sign(request, { signingDate })
      : await signer.presign(request, { signingDate, expiresIn })
  return { method, path, query: queryText(signed.query ?? {}), headers: signed.headers, body }
}

/** As RFC 3986 has it: nothing but letters, digits and `-_.~` stays. */
export function escapeUri(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  })
}

function queryText(query: Readonly<Record<string, string | string[] | null>>): string {
  return Object.entries(query)
    .flatMap(([name, value]) => {
      return [value].flat().map((one) => `${escapeUri(name)}=${escapeUri(one ?? '')}`)
    })
    .join('&')
}
