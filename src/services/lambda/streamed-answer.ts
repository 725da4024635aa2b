/**
 * An answer on its way from a function that makes it to a client that reads it, chunk by chunk.
 *
 * What it is not: it knows no HTTP and no frames; the gateway takes its events, the data plane fills it. Invariants:
 * what waits is bounded, since a full answer holds the function up; and when the client is gone the function goes on
 * to its end without one, as on AWS. Called by: operations/InvokeWithResponseStream.ts.
 */
import { Buffer } from 'node:buffer'
import type { InvokeWithResponseStreamResponseEvent } from '@aws-sdk/client-lambda'
import type { InvokeResult, ResponseSink } from '../../kernel/ports.ts'
import { streamWaitingMax } from './limits.ts'

type Event = InvokeWithResponseStreamResponseEvent
type Step = IteratorResult<Event, undefined>

const done: Step = { done: true, value: undefined }

export class StreamedAnswer implements ResponseSink, AsyncIterable<Event> {
  readonly #started = Promise.withResolvers<string | undefined>()
  #waiting: Event[] = []
  #bytes = 0
  #isOver = false
  #failure: { readonly error: unknown } | undefined
  /** Wakes who waits for the next event. */
  #wake: (() => void) | undefined
  #room: PromiseWithResolvers<void> | undefined

  /** Resolves with the content type when the function begins to stream; never, when it does not. */
  get started(): Promise<string | undefined> {
    return this.#started.promise
  }

  start(contentType: string | undefined): void {
    this.#started.resolve(contentType)
  }

  write(chunk: Uint8Array): Promise<void> | undefined {
    if (this.#isOver) return undefined
    this.#bytes += chunk.length
    this.#add({ PayloadChunk: { Payload: chunk } })
    if (!this.#isFull) return undefined
    this.#room ??= Promise.withResolvers()
    return this.#room.promise
  }

  /** The function is done, well or not. */
  complete({ payload, functionError, logTail }: InvokeResult): void {
    // The payload of a failure is its description, whatever was streamed before.
    if (functionError === undefined && payload.length > 0) void this.write(payload)
    if (this.#isOver) return
    this.#add({
      InvokeComplete: {
        ...(functionError === undefined
          ? {}
          : { ErrorCode: functionError, ErrorDetails: Buffer.from(payload).toString() }),
        ...(logTail === undefined ? {} : { LogResult: Buffer.from(logTail).toString('base64') }),
      },
    })
    this.#isOver = true
  }

  /** It cannot go on, and that is no fault of the function. */
  fail(error: unknown): void {
    this.#failure = { error }
    this.#isOver = true
    this.#wake?.()
  }

  [Symbol.asyncIterator](): AsyncIterator<Event, undefined> {
    return { next: () => this.#next(), return: () => this.#leave() }
  }

  async #next(): Promise<Step> {
    for (;;) {
      const event = this.#waiting.shift()
      if (event) {
        this.#bytes -= event.PayloadChunk?.Payload?.length ?? 0
        if (!this.#isFull) this.#makeRoom()
        return { done: false, value: event }
      }
      if (this.#failure) throw this.#failure.error
      if (this.#isOver) return done
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  /** Nobody reads on: what still comes is dropped, and holds nobody up. */
  async #leave(): Promise<Step> {
    this.#isOver = true
    this.#failure = undefined
    this.#waiting = []
    this.#makeRoom()
    this.#wake?.()
    return done
  }

  get #isFull(): boolean {
    return this.#bytes > streamWaitingMax.bytes || this.#waiting.length > streamWaitingMax.chunks
  }

  #makeRoom(): void {
    this.#room?.resolve()
    this.#room = undefined
  }

  #add(event: Event): void {
    this.#waiting.push(event)
    this.#wake?.()
    this.#wake = undefined
  }
}
