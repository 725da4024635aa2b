/**
 * An answer in RESPONSE_STREAM mode: its head as soon as that is known, its body while the function makes it.
 *
 * What it is not: it holds nothing but a prelude; what waits for a slow client is bounded in ../streamed-answer.ts.
 * Invariant: until the head is known every failure is still an answer of its own (502, 429); afterwards one breaks the
 * body off, which cuts the connection. Who stops reading holds nobody up, before the first byte or after it.
 * Called by: url-route.ts. Source: developer guide, "Response streaming"; Runtime API, streamed responses.
 */
import { Buffer } from 'node:buffer'
import type { InvokeWithResponseStreamResponseEvent } from '@aws-sdk/client-lambda'
import type { InvokeResult, RawResponse } from '../../../kernel/ports.ts'
import { preludeBytesMax } from '../limits.ts'
import type { StreamedAnswer } from '../streamed-answer.ts'
import { type AnswerHead, bytesType, hasPrelude, plainHead, preludeHead } from './answer.ts'

type Events = AsyncIterator<InvokeWithResponseStreamResponseEvent, undefined>

/**
 * @param invoked what fills `stream`, and rejects when the invocation never ran
 * @returns undefined when the function failed before there was anything to send, or its head cannot be sent: 502
 */
export async function streamedResponse(
  stream: StreamedAnswer,
  invoked: Promise<InvokeResult>,
): Promise<RawResponse | undefined> {
  const began = await Promise.race([
    stream.started.then((contentType) => ({ contentType })),
    invoked.then((result) => ({ result })),
  ])
  if ('result' in began) return wholeResponse(began.result)
  const events = stream[Symbol.asyncIterator]()
  if (hasPrelude(began.contentType)) return await readPrelude(events)
  const first = await nextChunk(events)
  if (first === 'broken') return undefined
  return { ...plainHead(began.contentType), body: new Body(first, events) }
}

/** Of a function that answers in one piece: its answer as it is, `statusCode` and all (docs: streams are not read). */
function wholeResponse({ payload, functionError }: InvokeResult): RawResponse | undefined {
  if (functionError !== undefined) return undefined
  return { status: 200, headers: { 'Content-Type': bytesType }, body: payload }
}

/** Eight zero bytes end it. */
const preludeEnd = Buffer.alloc(8)

async function readPrelude(events: Events): Promise<RawResponse | undefined> {
  let bytes: Buffer = Buffer.alloc(0)
  while (bytes.length <= preludeBytesMax) {
    const chunk = await nextChunk(events)
    if (chunk === undefined || chunk === 'broken') return undefined
    // The zeros may have come in two pieces.
    const from = Math.max(0, bytes.length - preludeEnd.length)
    bytes = Buffer.concat([bytes, chunk])
    const end = bytes.indexOf(preludeEnd, from)
    if (end < 0) continue
    const head: AnswerHead | undefined = preludeHead(bytes.subarray(0, end))
    if (!head) break
    return { ...head, body: new Body(bytes.subarray(end + preludeEnd.length), events) }
  }
  await events.return?.()
  return undefined
}

/** Undefined at a good end. */
async function nextChunk(events: Events): Promise<Uint8Array | undefined | 'broken'> {
  const { value } = await events.next()
  if (value?.InvokeComplete)
    return value.InvokeComplete.ErrorCode === undefined ? undefined : 'broken'
  return value?.PayloadChunk?.Payload
}

/** An iterator of its own and no generator: one that was never read would not notice that nobody will. */
class Body implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array, undefined> {
  #first: Uint8Array | undefined
  readonly #events: Events

  /** @param first goes ahead; undefined when the function has ended without a byte */
  constructor(first: Uint8Array | undefined, events: Events) {
    this.#first = first
    this.#events = events
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const first = this.#first
    this.#first = undefined
    if (first !== undefined && first.length > 0) return { done: false, value: first }
    const chunk = await nextChunk(this.#events)
    // Its description is in the log. The client sees that the answer is not whole.
    if (chunk === 'broken') throw new Error('the function failed in the middle of its answer')
    return chunk === undefined ? { done: true, value: undefined } : { done: false, value: chunk }
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#first = undefined
    await this.#events.return?.()
    return { done: true, value: undefined }
  }
}
