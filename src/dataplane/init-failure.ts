import type { Buffer } from 'node:buffer'

/** Why a runtime could not start. */
export interface InitFailure {
  readonly status: 'error' | 'timeout'
  readonly errorType: string
  /** The error object a runtime posted; undefined when the platform has to make one from `message`. */
  readonly payload: Buffer | undefined
  readonly message: string
}
