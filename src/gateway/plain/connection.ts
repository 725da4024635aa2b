/**
 * A connection of a client as long as it sends plain requests: read, answered in turn, kept.
 *
 * What it is not: a web server. With the first request that is not plain (request.ts), or does not come in a few
 * pieces, the whole connection goes to node:http, as if it had just been made. Invariant: a request is either
 * answered here or handed over with every byte of it, never both. Called by: gateway.ts. Measured: a request costs
 * the server about 8 us less than over node:http (docs/benchmarks.md, warm rows).
 */
import { Buffer } from 'node:buffer'
import type { Socket } from 'node:net'
import type { Clock } from '../../kernel/clock.ts'
import type { HttpResponse } from '../../wire/index.ts'
import type { BodyBudget } from '../body.ts'
import { keepAliveMs, partialRequestMs, plainPendingBytesMax, plainPiecesMax } from '../limits.ts'
import { type PlainHead, PlainHeadReader } from './request.ts'
import { type CommonHeaders, writeResponse } from './response.ts'

/** What all connections share. */
export interface PlainParts {
  readonly clock: Clock
  readonly budget: BodyBudget
  readonly common: CommonHeaders
  /** Never rejects: errors are answers, too. */
  readonly answer: (
    head: PlainHead,
    body: Buffer,
    socket: Socket,
  ) => HttpResponse | Promise<HttpResponse>
  readonly noRoom: () => HttpResponse
  /** Takes the connection, with `bytes` still to be read, for good. */
  readonly handOver: (socket: Socket, bytes: Buffer) => void
  /** An answer could not be sent: the connection is cut. */
  readonly onError: (error: unknown) => void
  readonly onGone: (connection: PlainConnection) => void
}

const none = Buffer.alloc(0)

export class PlainConnection {
  readonly #socket: Socket
  readonly #parts: PlainParts
  readonly #heads = new PlainHeadReader()
  /** What has come in and is not read yet. */
  #pending: Buffer = none
  /** Of a request whose body is still to come. */
  #head: PlainHead | undefined
  /** In so many pieces the unfinished request has come so far. */
  #pieces = 0
  #busy = false
  #lastMs: number
  #closing = false

  constructor(socket: Socket, parts: PlainParts) {
    this.#socket = socket
    this.#parts = parts
    this.#lastMs = parts.clock.monotonicMs()
    socket.on('data', this.#onData)
    socket.on('end', this.#onEnd)
    socket.on('close', this.#onClose)
    socket.on('error', ignore)
  }

  get busy(): boolean {
    return this.#busy
  }

  /** Ends it at once, or, with a request under way, after its answer. */
  close(): void {
    this.#closing = true
    if (!this.#busy) this.#socket.destroy()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  /** Called every few seconds: ends what has been silent for too long. */
  sweep(nowMs: number): void {
    if (this.#busy) return
    const silentMs = nowMs - this.#lastMs
    if (this.#pending.length > 0) {
      // node:http has its own patience with slow clients, and words for them.
      if (silentMs > partialRequestMs) this.#handOver()
    } else if (silentMs > keepAliveMs) {
      this.#socket.destroy()
    }
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    this.#pieces += 1
    if (!this.#busy) this.#read()
    else if (this.#pending.length > plainPendingBytesMax) this.#socket.pause()
  }

  /** The client sends no more; what it has sent is answered. */
  readonly #onEnd = (): void => {
    this.#closing = true
    if (!this.#busy) this.#socket.end()
  }

  readonly #onClose = (): void => {
    this.#parts.onGone(this)
  }

  /** Takes one request off what has come in, if it is all there. */
  #read(): void {
    const pending = this.#pending
    const head = this.#head ?? this.#heads.read(pending)
    if (head === 'other') return this.#handOver()
    if (head === 'partial' || pending.length < head.headBytes + head.bodyBytes) {
      if (this.#pieces > plainPiecesMax) return this.#handOver()
      if (head !== 'partial') this.#head = head
      this.#lastMs = this.#parts.clock.monotonicMs()
      return
    }
    const end = head.headBytes + head.bodyBytes
    this.#pending = end === pending.length ? none : pending.subarray(end)
    this.#head = undefined
    this.#pieces = this.#pending.length === 0 ? 0 : 1
    this.#serve(head, pending.subarray(head.headBytes, end))
  }

  #serve(head: PlainHead, body: Buffer): void {
    const { budget, answer, noRoom } = this.#parts
    this.#busy = true
    if (!budget.take(body.length)) {
      this.#send(noRoom(), 0)
      return
    }
    const response = answer(head, body, this.#socket)
    if (response instanceof Promise) void response.then((late) => this.#send(late, body.length))
    else this.#send(response, body.length)
  }

  #send(response: HttpResponse, bodyBytes: number): void {
    try {
      const sending = writeResponse(this.#socket, response, this.#parts.common)
      if (sending)
        sending.then(
          () => this.#sent(bodyBytes),
          () => this.#broken(bodyBytes),
        )
      else this.#sent(bodyBytes)
    } catch (error) {
      this.#parts.onError(error)
      this.#broken(bodyBytes)
    }
  }

  #sent(bodyBytes: number): void {
    this.#parts.budget.release(bodyBytes)
    // A client that does not read its answers gets no further ones.
    if (this.#socket.writableNeedDrain) this.#socket.once('drain', () => this.#idle())
    else this.#idle()
  }

  #idle(): void {
    this.#busy = false
    this.#lastMs = this.#parts.clock.monotonicMs()
    if (this.#closing && this.#pending.length === 0) {
      this.#socket.end()
      return
    }
    if (this.#socket.isPaused()) this.#socket.resume()
    // What was sent ahead is read in a turn of its own, so that a flood of it leaves others their share.
    if (this.#pending.length > 0) setImmediate(() => this.#readOn())
  }

  #readOn(): void {
    if (this.#socket.destroyed || this.#busy) return
    this.#read()
    if (this.#closing && !this.#busy) this.#socket.end()
  }

  /** The head is out: what broke off can only be shown by breaking the connection. */
  #broken(bodyBytes: number): void {
    this.#parts.budget.release(bodyBytes)
    this.#busy = false
    this.#socket.destroy()
  }

  #handOver(): void {
    const socket = this.#socket
    socket.pause()
    socket.off('data', this.#onData)
    socket.off('end', this.#onEnd)
    socket.off('close', this.#onClose)
    socket.off('error', ignore)
    this.#parts.onGone(this)
    this.#parts.handOver(socket, this.#pending)
  }
}

function ignore(): void {
  // 'close' follows, and there is nobody to tell.
}
