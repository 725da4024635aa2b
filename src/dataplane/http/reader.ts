/**
 * The HTTP/1.1 request reader of the Runtime API: bytes in, requests out.
 *
 * What it is not: a general web server. It reads what runtimes send over a connection of their own sandbox:
 * pipelined requests with Content-Length or chunked bodies. Whatever sits in the sandbox may be hostile, so
 * every length is bounded and anything odd ends the connection with a `ReadError`.
 * Invariant: a request that lies whole in one chunk of input is delivered without copying its body.
 * Called by: runtime-api.ts. Measured against node:http in docs/benchmarks.md.
 */
import { Buffer } from 'node:buffer'
import { type HeaderLine, HeaderLines, tokenForm } from '../../kernel/header-lines.ts'

/** Request line and headers: XRay error causes come in a header of up to 1 MiB. */
export const headBytesMax = 1_200_000
const chunkLineBytesMax = 256
const trailerBytesMax = 128 * 1024
/** A head like that of the last request without a body is recognised up to this length. */
const repeatedCharsMax = 512

export class RequestHead {
  readonly method: string
  /** Path with query, as sent. */
  readonly path: string
  readonly keepAlive: boolean
  readonly chunked: boolean
  /** Undefined when the request has no Content-Length. */
  readonly contentLength: number | undefined
  readonly #lines: readonly HeaderLine[]

  constructor(
    method: string,
    path: string,
    keepAlive: boolean,
    chunked: boolean,
    contentLength: number | undefined,
    lines: readonly HeaderLine[],
  ) {
    this.method = method
    this.path = path
    this.keepAlive = keepAlive
    this.chunked = chunked
    this.contentLength = contentLength
    this.#lines = lines
  }

  /** A header's value, by its name in lower case; the first one when repeated. */
  header(name: string): string | undefined {
    return valueOf(this.#lines, name)
  }
}

/** What to do with a request's body. */
export interface BodyPlan {
  /** A longer body is read to its end and dropped, and `onRequest` is told so. */
  readonly bytesMax: number
  /** When set, chunks are handed over as they come, and nothing is kept. */
  readonly onChunk?: (chunk: Buffer) => void
}

export interface ReaderEvents {
  /** The head is complete: how is the body to be read? */
  onHead(head: RequestHead): BodyPlan
  /**
   * The request is complete.
   * @param body undefined when it was longer than the plan allowed or was handed over in chunks.
   * @param length bytes of the body as sent.
   * @param more whether another whole head is already waiting behind it.
   */
  onRequest(
    head: RequestHead,
    body: Buffer | undefined,
    length: number,
    trailers: ReadonlyMap<string, string>,
    more: boolean,
  ): void
}

/** The peer does not speak the protocol; the connection cannot go on. */
export class ReadError extends Error {
  override readonly name = 'ReadError'
  /** HTTP status to answer with before closing. */
  readonly status: number
  constructor(message: string, status = 400) {
    super(message)
    this.status = status
  }
}

const empty = Buffer.alloc(0)
const noTrailers: ReadonlyMap<string, string> = new Map()
const headEnd = Buffer.from('\r\n\r\n')

type State =
  | { readonly at: 'head' }
  | { readonly at: 'length'; remaining: number }
  | { readonly at: 'chunk-line' }
  | { readonly at: 'chunk-data'; remaining: number }
  | { readonly at: 'chunk-end' }
  | { readonly at: 'trailers' }

export class RequestReader {
  readonly #events: ReaderEvents
  #pending: Buffer = empty
  /** The memory `#pending` lies in, with room to grow: bytes that drip in cost no copy of all before them. */
  #room: Buffer = empty
  /** How far `#pending` has been searched for its end in vain. */
  #searched = 0
  readonly #lines = new HeaderLines()
  /** The last head of a request without a body, and its text: runtimes ask for each event in the same words. */
  #repeated: RequestHead | undefined
  #repeatedText = ''
  #state: State = { at: 'head' }
  #paused = false
  #head: RequestHead | undefined
  #plan: BodyPlan | undefined
  #body: Buffer[] = []
  #length = 0

  constructor(events: ReaderEvents) {
    this.#events = events
  }

  /** The request whose body is being read, if any: the peer's end of file now means it is truncated. */
  get currentHead(): RequestHead | undefined {
    return this.#head
  }

  get paused(): boolean {
    return this.#paused
  }

  /** Requests behind the present one wait until `resume`: answers must go out in order. */
  pause(): void {
    this.#paused = true
  }

  /** Bytes that wait while paused; the caller bounds them by stopping to read. */
  get pendingBytes(): number {
    return this.#pending.length
  }

  /** @throws ReadError */
  resume(): void {
    this.#paused = false
    if (this.#pending.length > 0) this.push(empty)
  }

  /** @throws ReadError when the bytes are no HTTP/1.1 that we take. */
  push(chunk: Buffer): void {
    let input = this.#pending.length === 0 ? chunk : this.#append(chunk)
    this.#pending = empty
    while (input.length > 0) {
      if (this.#paused) break
      const rest = this.#step(input)
      if (rest === undefined) break
      input = rest
    }
    // A step that needs more input keeps it in #pending itself and returns undefined.
    if (this.#paused && input.length > 0) this.#pending = input
  }

  /** `#pending` with `chunk` behind it, in `#room` when it lies there and fits. */
  #append(chunk: Buffer): Buffer {
    const kept = this.#pending
    const length = kept.length + chunk.length
    const start = kept.byteOffset - this.#room.byteOffset
    const inRoom = kept.buffer === this.#room.buffer && start >= 0
    if (inRoom && start + length <= this.#room.length) {
      this.#room.set(chunk, start + kept.length)
      return this.#room.subarray(start, start + length)
    }
    this.#room = Buffer.allocUnsafeSlow(length * 2)
    this.#room.set(kept, 0)
    this.#room.set(chunk, kept.length)
    return this.#room.subarray(0, length)
  }

  /** Consumes what it can; undefined when it waits for more. */
  #step(input: Buffer): Buffer | undefined {
    const state = this.#state
    switch (state.at) {
      case 'head':
        return this.#readHead(input)
      case 'length':
      case 'chunk-data':
        return this.#readBytes(input, state)
      case 'chunk-line':
        return this.#readChunkLine(input)
      case 'chunk-end':
        return this.#readChunkEnd(input)
      case 'trailers':
        return this.#readTrailers(input)
    }
  }

  #keep(input: Buffer, bytesMax: number, what: string): undefined {
    if (input.length > bytesMax) throw new ReadError(`${what} longer than ${bytesMax} bytes`, 431)
    this.#pending = input
    return undefined
  }

  #readHead(input: Buffer): Buffer | undefined {
    const repeated = this.#isRepeated(input) ? this.#repeated : undefined
    if (repeated !== undefined) return this.#begin(repeated, input, this.#repeatedText.length)
    const end = input.indexOf(headEnd, Math.max(0, this.#searched - 3))
    if (end < 0) {
      this.#searched = input.length
      return this.#keep(input, headBytesMax, 'request head')
    }
    this.#searched = 0
    if (end > headBytesMax)
      throw new ReadError(`request head longer than ${headBytesMax} bytes`, 431)
    const text = input.toString('latin1', 0, end + 2)
    const head = parseHead(text, this.#lines)
    if (head.contentLength === undefined && !head.chunked && text.length <= repeatedCharsMax) {
      this.#repeated = head
      this.#repeatedText = `${text}\r\n`
    }
    return this.#begin(head, input, end + 4)
  }

  #isRepeated(input: Buffer): boolean {
    const text = this.#repeatedText
    // The first byte tells most others, which have a body, from it.
    if (this.#repeated === undefined || input[0] !== text.charCodeAt(0)) return false
    return input.toString('latin1', 0, text.length) === text
  }

  /** @param start where the body begins */
  #begin(head: RequestHead, input: Buffer, start: number): Buffer {
    this.#searched = 0
    const plan = this.#events.onHead(head)
    const length = head.contentLength ?? 0
    if (!head.chunked && plan.onChunk === undefined && input.length - start >= length) {
      // The hot path: all of it is here.
      const rest = input.subarray(start + length)
      const body = length <= plan.bytesMax ? input.subarray(start, start + length) : undefined
      this.#events.onRequest(head, body, length, noTrailers, this.#hasHead(rest))
      return rest
    }
    this.#head = head
    this.#plan = plan
    this.#body = []
    this.#length = 0
    this.#state = head.chunked ? { at: 'chunk-line' } : { at: 'length', remaining: length }
    return input.subarray(start)
  }

  #hasHead(input: Buffer): boolean {
    return input.length > 0 && (this.#isRepeated(input) || input.indexOf(headEnd) >= 0)
  }

  #readBytes(
    input: Buffer,
    state: { at: 'length' | 'chunk-data'; remaining: number },
  ): Buffer | undefined {
    const piece = input.subarray(0, state.remaining)
    state.remaining -= piece.length
    this.#take(piece)
    if (state.remaining > 0) return undefined
    const rest = input.subarray(piece.length)
    if (state.at === 'chunk-data') this.#state = { at: 'chunk-end' }
    else this.#finish(noTrailers, rest)
    return rest
  }

  #take(piece: Buffer): void {
    const plan = this.#plan as BodyPlan
    this.#length += piece.length
    if (plan.onChunk) plan.onChunk(piece)
    else if (this.#length > plan.bytesMax) this.#body = []
    else this.#body.push(piece)
  }

  #readChunkLine(input: Buffer): Buffer | undefined {
    const end = input.indexOf('\r\n')
    if (end < 0) return this.#keep(input, chunkLineBytesMax, 'chunk size line')
    const line = input.toString('latin1', 0, end)
    const size = /^([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?$/.exec(line)
    if (!size) throw new ReadError('malformed chunk size')
    const remaining = Number.parseInt(size[1] as string, 16)
    this.#state = remaining === 0 ? { at: 'trailers' } : { at: 'chunk-data', remaining }
    return input.subarray(end + 2)
  }

  #readChunkEnd(input: Buffer): Buffer | undefined {
    if (input.length < 2) return this.#keep(input, 2, 'chunk end')
    if (input[0] !== 13 || input[1] !== 10) throw new ReadError('chunk does not end where it said')
    this.#state = { at: 'chunk-line' }
    return input.subarray(2)
  }

  #readTrailers(input: Buffer): Buffer | undefined {
    if (input.length >= 2 && input[0] === 13 && input[1] === 10) {
      const rest = input.subarray(2)
      this.#finish(noTrailers, rest)
      return rest
    }
    const end = input.indexOf(headEnd, Math.max(0, this.#searched - 3))
    if (end < 0) {
      this.#searched = input.length
      return this.#keep(input, trailerBytesMax, 'trailers')
    }
    this.#searched = 0
    const trailers = new Map<string, string>()
    for (const line of input.toString('latin1', 0, end).split('\r\n')) {
      const colon = line.indexOf(':')
      if (colon <= 0) throw new ReadError('malformed trailer')
      trailers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim())
    }
    const rest = input.subarray(end + 4)
    this.#finish(trailers, rest)
    return rest
  }

  #finish(trailers: ReadonlyMap<string, string>, rest: Buffer): void {
    const head = this.#head as RequestHead
    const plan = this.#plan as BodyPlan
    const length = this.#length
    const body =
      plan.onChunk || length > plan.bytesMax
        ? undefined
        : this.#body.length === 1
          ? this.#body[0]
          : Buffer.concat(this.#body)
    this.#state = { at: 'head' }
    this.#head = undefined
    this.#plan = undefined
    this.#body = []
    this.#events.onRequest(head, body, length, trailers, this.#hasHead(rest))
  }
}

const pathForm = /^\/[\x21-\x7e\x80-\xff]*$/

/** @param text request line and header lines, each with its end */
function parseHead(text: string, known: HeaderLines): RequestHead {
  const lineEnd = text.indexOf('\r\n')
  const space = text.indexOf(' ')
  const space2 = text.indexOf(' ', space + 1)
  if (space <= 0 || space2 < 0 || space2 >= lineEnd) throw new ReadError('malformed request line')
  const version = text.slice(space2 + 1, lineEnd)
  if (version !== 'HTTP/1.1' && version !== 'HTTP/1.0') {
    throw new ReadError('only HTTP/1.1 is spoken here', 505)
  }
  const method = text.slice(0, space)
  const path = text.slice(space + 1, space2)
  if (!pathForm.test(path) || !tokenForm.test(method)) {
    throw new ReadError('malformed request line')
  }
  const lines = known.read(text, lineEnd + 2)
  if (lines === undefined) throw new ReadError('malformed header, or too many of them')
  const length = valueOf(lines, 'content-length')
  const connection = valueOf(lines, 'connection')?.toLowerCase()
  return new RequestHead(
    method,
    path,
    version === 'HTTP/1.1' ? connection !== 'close' : connection === 'keep-alive',
    isChunked(valueOf(lines, 'transfer-encoding'), length),
    length === undefined ? undefined : parseLength(length),
    lines,
  )
}

/** Of the first line with that name. */
function valueOf(lines: readonly HeaderLine[], name: string): string | undefined {
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] as HeaderLine
    if (line.name === name) return line.value
  }
  return undefined
}

function isChunked(transferEncoding: string | undefined, length: string | undefined): boolean {
  if (transferEncoding === undefined) return false
  if (transferEncoding.toLowerCase() !== 'chunked') {
    throw new ReadError('only chunked transfer encoding is taken', 501)
  }
  if (length !== undefined) throw new ReadError('both Content-Length and Transfer-Encoding')
  return true
}

function parseLength(text: string): number {
  if (!/^\d{1,12}$/.test(text)) throw new ReadError('malformed Content-Length')
  return Number(text)
}
