/** Answers as bytes on the wire: head and body in one piece where they are small. */
import { Buffer } from 'node:buffer'
import { STATUS_CODES } from '../node-http.ts'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Clock } from '../../kernel/clock.ts'
import { fieldValueForm, tokenForm } from '../../kernel/header-lines.ts'
import { httpDate } from '../../kernel/time.ts'
import type { HttpResponse } from '../../wire/index.ts'
import { joinedBytesMax, keepAliveMs } from '../limits.ts'

/** What ends the head of every answer; made once a second. */
export class CommonHeaders {
  readonly #clock: Clock
  #second = -1
  #text = ''

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get text(): string {
    const second = Math.floor(this.#clock.nowMs() / 1000)
    if (second !== this.#second) {
      this.#second = second
      const date = httpDate(second * 1000)
      this.#text = `Date: ${date}\r\nConnection: keep-alive\r\nKeep-Alive: timeout=${keepAliveMs / 1000}\r\n\r\n`
    }
    return this.#text
  }
}

/**
 * Writes an answer out. Of a stream, the promise resolves when the last chunk is handed over, and rejects when the
 * client or the stream breaks off: the connection cannot go on then. What a status can have no body for gets none:
 * the client would read it as the beginning of the next answer.
 * @throws Error when a header cannot stand in a head
 */
export function writeResponse(
  socket: Socket,
  { status, headers, cookies, body }: HttpResponse,
  common: CommonHeaders,
): void | Promise<void> {
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n`
  let values = ''
  for (const name in headers) {
    const value = headers[name] as string
    if (!isName(name)) throw new Error(`a header that cannot be sent: ${JSON.stringify(name)}`)
    head += `${name}: ${value}\r\n`
    values += value
  }
  for (const cookie of cookies ?? []) {
    head += `Set-Cookie: ${cookie}\r\n`
    values += cookie
  }
  // All at once, which is several times cheaper than one after the other.
  if (!fieldValueForm.test(values))
    throw new Error(`a header that cannot be sent: ${wrongHeader(headers)}`)
  if (status === 204 || status === 304) return writeHead(socket, head, body, common)
  if (typeof body === 'string') {
    writeBytes(socket, head, Buffer.from(body), common)
  } else if (body instanceof Uint8Array) {
    writeBytes(socket, head, asBuffer(body), common)
  } else {
    return writeStream(socket, `${head}Transfer-Encoding: chunked\r\n${common.text}`, body)
  }
  return undefined
}

/** Its name as JSON: the value may be a secret. */
function wrongHeader(headers: HttpResponse['headers']): string {
  const wrong = Object.keys(headers).find((name) => !fieldValueForm.test(headers[name] as string))
  return JSON.stringify(wrong ?? 'Set-Cookie')
}

/** Names that have been sent before: there are few. */
const knownNames = new Set<string>()
const knownNamesMax = 500

function isName(name: string): boolean {
  if (knownNames.has(name)) return true
  if (!tokenForm.test(name)) return false
  if (knownNames.size < knownNamesMax && name.length <= 64) knownNames.add(name)
  return true
}

/** Without a length (RFC 9110, 8.6: a 204 must not have one, a 304 need not). */
function writeHead(
  socket: Socket,
  head: string,
  body: HttpResponse['body'],
  common: CommonHeaders,
): void | Promise<void> {
  socket.write(head + common.text, 'latin1')
  if (typeof body === 'string' || body instanceof Uint8Array) return undefined
  return body[Symbol.asyncIterator]()
    .return?.()
    .then(() => undefined)
}

function writeBytes(socket: Socket, start: string, body: Buffer, common: CommonHeaders): void {
  const head = `${start}Content-Length: ${body.length}\r\n${common.text}`
  if (body.length <= joinedBytesMax) {
    // A text of as many characters as there are bytes: cheaper than two pieces or a copy of both.
    socket.write(head + body.toString('latin1'), 'latin1')
    return
  }
  socket.cork()
  socket.write(head, 'latin1')
  socket.write(body)
  socket.uncork()
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Read no faster than the client reads; ended when it is gone. */
async function writeStream(
  socket: Socket,
  head: string,
  body: AsyncIterable<Uint8Array>,
): Promise<void> {
  // The head goes ahead: a client must not wait for the first event to see it.
  socket.write(head, 'latin1')
  const source = Readable.from(body, { objectMode: false, highWaterMark: 1 })
  await pipeline(source, inChunks, socket, { end: false })
}

async function* inChunks(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    yield Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, lineEnd])
  }
  yield lastChunk
}

const lineEnd = Buffer.from('\r\n')
const lastChunk = Buffer.from('0\r\n\r\n')
