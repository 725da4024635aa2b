/** What a signature must have been made for, and how its refusals are worded. */

/**
 * The family of error codes and statuses a service speaks: JSON services answer 400 to everything, REST ones
 * 403, and EC2 and S3 have codes of their own.
 */
export type ErrorDialect = 'json' | 'rest-json' | 'query' | 'ec2' | 's3'

/** Made once per service and passed along by reference: nothing is allocated for it per request. */
export interface SigningTarget {
  /** The signing name of the service's model: `lambda`, `sqs`, `monitoring`. */
  readonly service: string
  readonly dialect: ErrorDialect
}

/**
 * What of an HTTP request a signature covers: `HttpRequest`, or its head while the body is still to come.
 * `headers` has lower-case names; `path` is as sent, percent-encoded, without the query.
 */
export interface SignedRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Undefined for S3 only: `x-amz-content-sha256` is then what `openPayload` holds the body to. */
  readonly body?: Uint8Array | undefined
}

/** The one value of a header; undefined when it is missing or was sent as a list. */
export function headerOf(request: SignedRequest, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}
