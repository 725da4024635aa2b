export interface ServiceErrorOptions {
  /** HTTP status; 400 unless told. */
  readonly status?: number
  /** Further members of the error shape, in the model's spelling (`Type`, `Reason`, ...). */
  readonly fields?: Readonly<Record<string, unknown>>
  /** Response headers beyond those the protocol sets (`Retry-After`, ...). */
  readonly headers?: Readonly<Record<string, string>>
  readonly cause?: unknown
}

/**
 * The caller's mistake, in AWS's code, status and words. Each protocol renders it in its own envelope;
 * it never carries a stack trace to the client.
 */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  /** AWS's exception name, for example `ResourceNotFoundException`. */
  readonly code: string
  readonly status: number
  readonly fields: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>

  constructor(code: string, message: string, options: ServiceErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.status = options.status ?? 400
    this.fields = options.fields ?? {}
    this.headers = options.headers ?? {}
  }
}

/**
 * The machine has no room for what was asked: nothing was done, and the same request may succeed later. Not the
 * caller's mistake and no fault of the program. Any room may throw one; the gateway tells the client.
 */
export abstract class CapacityError extends Error {
  /** For the client: what ran out and what to do. `message` is for our log. */
  abstract readonly advice: string
  /** Whether trying again soon is likely to help. */
  abstract readonly passing: boolean
}
