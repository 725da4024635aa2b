import { Buffer } from 'node:buffer'
import { assert } from '../kernel/assert.ts'
import { newUuid } from '../kernel/ids.ts'
import type { InvokeRequest, InvokeResult, RunnableVersion } from '../kernel/ports.ts'
import { responseBytesMax } from './limits.ts'
import type { RuntimeEvent } from './runtime-api.ts'

/** How an invocation ended, as REPORT and the telemetry events tell it. */
export type InvocationStatus = 'success' | 'failure' | 'error' | 'timeout'

const nothing = new Uint8Array()

/**
 * One invocation on its way through the data plane: from the caller's promise to the REPORT line.
 * Invariant: its promise is settled exactly once, whatever the environment does.
 */
export class Invocation {
  readonly version: RunnableVersion
  readonly request: InvokeRequest
  readonly result: Promise<InvokeResult>
  /** Unique for each attempt; the runtime echoes it. */
  readonly invocationId: string = newUuid()
  /** Unix epoch ms at which the function times out; set when the event is handed over. */
  deadlineMs = 0
  /** Monotonic ms of the handover. */
  startedMs = 0
  /** Time the runtime needed to start for this invocation; undefined on a warm environment. */
  initDurationMs: number | undefined
  status: InvocationStatus = 'success'
  errorType: string | undefined
  /** The answer is known; the caller may still wait for the log's tail. */
  answered = false
  #payload: Uint8Array = nothing
  #functionError: 'Unhandled' | undefined
  #resolve!: (result: InvokeResult) => void
  #reject!: (error: unknown) => void

  constructor(version: RunnableVersion, request: InvokeRequest) {
    this.version = version
    this.request = request
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** What the runtime is told of it, once the deadline is known. */
  event(): RuntimeEvent {
    const { requestId, invokedArn, traceId, clientContext, tenantId, payload } = this.request
    return {
      requestId,
      invocationId: this.invocationId,
      deadlineMs: this.deadlineMs,
      invokedArn,
      traceId,
      clientContext,
      tenantId,
      payload,
    }
  }

  /** The handler's result, verbatim. */
  succeed(payload: Uint8Array): void {
    this.#answer(payload, undefined)
  }

  /** A function error: HTTP 200 with the error object for a body. */
  fail(status: InvocationStatus, errorType: string, payload: Uint8Array): void {
    if (this.answered) return
    this.status = status
    this.errorType = errorType
    this.#answer(payload, 'Unhandled')
  }

  /** An error that the platform makes: `RequestId: <id> Error: <message>`. */
  failAsPlatform(status: InvocationStatus, errorType: string, message: string): void {
    const errorMessage = `RequestId: ${this.request.requestId} Error: ${message}`
    this.fail(status, errorType, Buffer.from(JSON.stringify({ errorType, errorMessage })))
  }

  /** The result is longer than the Runtime API takes. The text recorded from AWS leaves the length out. */
  failTooLarge(length: number, bytesMax = responseBytesMax): void {
    assert(length > bytesMax, 'a response within the limit was refused')
    const errorMessage = `Response payload size exceeded maximum allowed payload size (${bytesMax} bytes).`
    const errorType = 'Function.ResponseSizeTooLarge'
    this.fail('failure', errorType, Buffer.from(JSON.stringify({ errorMessage, errorType })))
  }

  /** The invocation never ran: an error of the API, not of the function. */
  refuse(error: unknown): void {
    if (this.answered) return
    this.answered = true
    this.#reject(error)
  }

  /** The REPORT line is written. @param tail the log of this invocation, when it was asked for. */
  finish(tail: Uint8Array | undefined): void {
    if (this.request.tail) this.#settle(tail)
  }

  #answer(payload: Uint8Array, functionError: 'Unhandled' | undefined): void {
    if (this.answered) return
    this.answered = true
    this.#payload = payload
    this.#functionError = functionError
    if (!this.request.tail) this.#settle(undefined)
  }

  #settle(logTail: Uint8Array | undefined): void {
    this.#resolve({ payload: this.#payload, functionError: this.#functionError, logTail })
  }
}
