/**
 * The port through which access has signatures read and verified. `wire/sigv4` implements it and `app` hands it
 * over, so that this room knows accounts, keys and principals, and nothing of HTTP.
 */

/** What of an HTTP request a signature covers. Header names are lower case; `path` and `query` are as sent. */
export interface SignedRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Undefined for S3 only, whose clients declare the body's hash in a header. */
  readonly body?: Uint8Array | undefined
}

/** What the signature must be for, and how refusals are worded. One constant per service. */
export interface SigningTarget {
  /** Signing name of the service's model: `lambda`, `sqs`. */
  readonly service: string
  readonly dialect: 'json' | 'rest-json' | 'query' | 'ec2' | 's3'
}

/** A credential as sent; nothing of it is proven. */
export interface SignedCredential {
  /** `AKIDEXAMPLE/20150830/us-east-1/lambda/aws4_request`. This and its parts may be kept: no whole header hangs on them. */
  readonly text: string
  readonly accessKeyId: string
  readonly date: string
  readonly region: string
  readonly service: string
  readonly signedHeaders: string
  readonly signature: string
  readonly timestamp: string
  readonly how: 'header' | 'presigned'
  readonly sessionToken: string | undefined
  readonly expiresSeconds: number | undefined
}

/** What verifies the chunks of a signed aws-chunked body. Opaque to access: it hands it to the gateway. */
export interface ChunkSigning {
  readonly signingKey: Uint8Array
  readonly timestamp: string
  readonly scope: string
  readonly seedSignature: string
}

export interface Signatures {
  /** Undefined when the request is anonymous. @throws ServiceError when the credential cannot be read. */
  parse(request: SignedRequest, target: SigningTarget): SignedCredential | undefined
  /** @throws ServiceError for all that is wrong without looking at a secret: scope, time, unsigned headers. */
  check(
    request: SignedRequest,
    credential: SignedCredential,
    target: SigningTarget,
    nowMs: number,
  ): void
  /** @throws ServiceError when the holder of `secret` did not sign this request. */
  verify(
    request: SignedRequest,
    credential: SignedCredential,
    target: SigningTarget,
    secret: string,
  ): ChunkSigning | undefined
  /** The words for what only access can find out. */
  readonly refusals: {
    missingToken(target: SigningTarget): Error
    invalidRegion(target: SigningTarget, region: string): Error
    unknownKey(target: SigningTarget, accessKeyId: string): Error
    invalidToken(target: SigningTarget, accessKeyId: string): Error
    expiredToken(target: SigningTarget): Error
  }
}
