/**
 * One connection of a runtime to its Runtime API: reads requests, writes answers in their order.
 *
 * What it is not: it knows no paths and no states; runtime-api.ts decides what each request means.
 * Invariant: an answer that can leave together with the next one does, so that a runtime which sends its answer
 * and its wait for the next event in one write is woken once, not twice.
 */
import { Buffer } from 'node:buffer'
import type { Duplex } from 'node:stream'
import { answer } from './http/answers.ts'
import { type BodyPlan, ReadError, type RequestHead, RequestReader } from './http/reader.ts'
import { joinedBytesMax, pipelinedBytesMax } from './limits.ts'

export interface ConnectionOwner {
  /** How a request's body is to be read. */
  planBody(connection: RuntimeConnection, head: RequestHead): BodyPlan
  /** One complete request; it must be answered, at once or later. */
  handle(
    connection: RuntimeConnection,
    head: RequestHead,
    body: Buffer | undefined,
    length: number,
    trailers: ReadonlyMap<string, string>,
  ): void
  /** The connection ended, perhaps in the middle of a request. */
  detached(connection: RuntimeConnection, truncated: RequestHead | undefined): void
}

export class RuntimeConnection {
  /** A streamed answer is being read on it. */
  streaming = false
  readonly #stream: Duplex
  readonly #owner: ConnectionOwner
  readonly #reader: RequestReader
  /** Answers that leave together with the next one: a runtime that pipelines is not woken twice. */
  #held = ''
  #more = false
  #closing = false
  /** Callers who have to catch up before more of a streamed answer is read. */
  #waits = 0

  constructor(stream: Duplex, owner: ConnectionOwner) {
    this.#stream = stream
    this.#owner = owner
    this.#reader = new RequestReader({
      onHead: (head) => this.#owner.planBody(this, head),
      onRequest: (head, body, length, trailers, more) => {
        this.#more = more
        this.#closing = !head.keepAlive
        this.#owner.handle(this, head, body, length, trailers)
      },
    })
    stream.on('data', (chunk: Buffer) => this.#read(chunk))
    stream.on('drain', () => {
      if (!this.#isFull()) stream.resume()
    })
    stream.on('error', () => undefined)
    stream.on('close', () => this.#owner.detached(this, this.#reader.currentHead))
    stream.on('end', () => this.#stream.destroy())
  }

  /** @param text a character a byte */
  answer(text: string): void {
    if (this.#more && !this.#closing) {
      this.#held += text
      return
    }
    this.#stream.write(this.#takeHeld() + text, 'latin1')
    if (this.#closing) this.#stream.end()
  }

  /** `/next` waits: what was held goes out with its answer, and further requests wait. */
  holdForNext(): void {
    this.#reader.pause()
  }

  /** @param head a character a byte: header values were checked where they came in */
  answerNext(head: string, payload: Uint8Array): void {
    const start = this.#takeHeld() + head
    if (payload.length <= joinedBytesMax) {
      const { buffer, byteOffset, length } = payload
      const body = Buffer.from(buffer, byteOffset, length).toString('latin1')
      this.#stream.write(start + body, 'latin1')
    } else {
      this.#stream.cork()
      this.#stream.write(start, 'latin1')
      this.#stream.write(payload)
      this.#stream.uncork()
    }
    if (this.#closing) this.#stream.end()
    else this.#guard(() => this.#reader.resume())
    if (this.#stream.isPaused()) this.#stream.resume()
  }

  /** Nothing is read until then, beyond what has come in. */
  waitFor(room: Promise<void>): void {
    this.#waits += 1
    void room.then(() => {
      this.#waits -= 1
      if (!this.#isFull()) this.#stream.resume()
    })
  }

  destroy(): void {
    this.#stream.destroy()
  }

  #takeHeld(): string {
    const held = this.#held
    this.#held = ''
    return held
  }

  #read(chunk: Buffer): void {
    this.#guard(() => this.#reader.push(chunk))
    if (this.#isFull()) this.#stream.pause()
  }

  /** Who does not read our answers, or asks for more than it waits for, is not read from: else it fills our memory. */
  #isFull(): boolean {
    if (this.#stream.writableNeedDrain || this.#waits > 0) return true
    return this.#reader.paused && this.#reader.pendingBytes > pipelinedBytesMax
  }

  #guard(action: () => void): void {
    try {
      action()
    } catch (error) {
      if (!(error instanceof ReadError)) throw error
      this.#stream.end(answer(error.status, error.message, 'text/plain'), 'latin1')
    }
  }
}
