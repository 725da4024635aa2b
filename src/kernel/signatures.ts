/**
 * The port through which access has signatures read and verified. `wire/sigv4` implements it and `app` hands it
 * over, so that access knows accounts, keys and principals, and nothing of HTTP.
 */

/**
 * What of an HTTP request a signature covers: the request, or its head while the body is still to come.
 * `headers` has lower-case names; `path` is as sent, percent-encoded, without the query.
 */
export interface SignedRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Undefined for S3 only, whose clients declare the body's hash in a header: `x-amz-content-sha256`. */
  readonly body?: Uint8Array | undefined
}

/**
 * The family of error codes and statuses a service speaks: JSON services answer 400 to everything, REST ones
 * 403, and EC2 and S3 have codes of their own.
 */
export type ErrorDialect = 'json' | 'rest-json' | 'query' | 'ec2' | 's3'

/**
 * What a signature must have been made for, and how its refusals are worded. Made once per service and passed along
 * by reference: nothing is allocated for it per request.
 */
export interface SigningTarget {
  /** The signing name of the service's model: `lambda`, `sqs`, `monitoring`. */
  readonly service: string
  readonly dialect: ErrorDialect
}

/** A request's credential as sent. Nothing of it is proven. */
export interface SignedCredential {
  /** `AKIDEXAMPLE/20150830/us-east-1/lambda/aws4_request`. This and its parts may be kept: no whole header hangs on them. */
  readonly text: string
  readonly accessKeyId: string
  /** `20150830` */
  readonly date: string
  readonly region: string
  readonly service: string
  /** Names as sent: `host;x-amz-date`. */
  readonly signedHeaders: string
  /** Hexadecimal as sent, whatever its length. */
  readonly signature: string
  /** `20150830T123600Z`, whatever stood in its place. */
  readonly timestamp: string
  readonly how: 'header' | 'presigned'
  readonly sessionToken: string | undefined
  /** Of presigned URLs, 1 to 604,800 (7 days); undefined when there was none, as most services allow. */
  readonly expiresSeconds: number | undefined
}

/** What verifies the chunks of a signed aws-chunked body. Opaque to access: it hands it to the gateway. */
export interface ChunkSigning {
  readonly signingKey: Uint8Array
  /** `20150830T123600Z` */
  readonly timestamp: string
  /** `20150830/us-east-1/s3/aws4_request` */
  readonly scope: string
  /** The signature of the request's head: the one before the first chunk's. */
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
