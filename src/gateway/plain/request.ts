/**
 * Reads the head of a plain HTTP/1.1 request: what SDKs send nearly always.
 *
 * What it is not: a judge. It takes what is beyond doubt and leaves all else, be it broken, rare or clever, to
 * node:http, which answers for it (`other`). Invariant: a request it takes means to node:http just what it means
 * here. Called by: connection.ts.
 */
import { Buffer } from 'node:buffer'
import { type HeaderLine, HeaderLines } from '../../kernel/header-lines.ts'
import { plainBodyBytesMax, plainHeadBytesMax } from '../limits.ts'

export interface PlainHead {
  readonly method: string
  /** Path with query, as sent. */
  readonly url: string
  /** Names in lower case; no name comes twice. */
  readonly headers: Readonly<Record<string, string>>
  /** Where the body begins. */
  readonly headBytes: number
  readonly bodyBytes: number
}

const methods = new Set(['GET', 'POST', 'PUT', 'DELETE', 'PATCH'])
const urlForm = /^\/[\x21-\x7e]*$/
const lengthForm = /^\d{1,9}$/

/** Headers that change how a request or its connection is to be read. */
const notPlain = new Set(['transfer-encoding', 'expect', 'upgrade', 'trailer', 'te', '__proto__'])

const headEnd = Buffer.from('\r\n\r\n')

interface RequestLine {
  readonly method: string
  readonly url: string
}

/** Reads the heads of one connection, and remembers what it sends again and again. */
export class PlainHeadReader {
  readonly #lines = new HeaderLines()
  /** With its end. */
  #lastLine = ''
  #lastRequest: RequestLine | undefined

  /** `partial`: it may become plain with more bytes; `other`: it is not for us. */
  read(bytes: Buffer): PlainHead | 'partial' | 'other' {
    const end = bytes.indexOf(headEnd)
    if (end < 0) return bytes.length > plainHeadBytesMax ? 'other' : 'partial'
    if (end > plainHeadBytesMax) return 'other'
    const text = bytes.toString('latin1', 0, end + 2)
    const request = this.#readRequestLine(text)
    if (request === undefined) return 'other'
    const { method, url } = request
    const headers = this.#readHeaders(text)
    if (headers === undefined) return 'other'
    // Without a host it is no HTTP/1.1, and node:http says so.
    if (headers['host'] === undefined) return 'other'
    const bodyBytes = lengthOf(headers)
    if (bodyBytes === undefined || bodyBytes > plainBodyBytesMax) return 'other'
    return { method, url, headers, headBytes: end + 4, bodyBytes }
  }

  #readRequestLine(text: string): RequestLine | undefined {
    const last = this.#lastLine
    if (this.#lastRequest !== undefined && text.slice(0, last.length) === last)
      return this.#lastRequest
    const end = text.indexOf('\r\n')
    const line = Buffer.from(text.slice(0, end + 2), 'latin1').toString('latin1')
    const space = line.indexOf(' ')
    const method = line.slice(0, space)
    const url = line.slice(space + 1, -' HTTP/1.1\r\n'.length)
    if (!line.endsWith(' HTTP/1.1\r\n') || !methods.has(method) || !urlForm.test(url))
      return undefined
    this.#lastLine = line
    this.#lastRequest = { method, url }
    return this.#lastRequest
  }

  #readHeaders(text: string): Record<string, string> | undefined {
    const lines = this.#lines.read(text, this.#lastLine.length)
    if (lines === undefined) return undefined
    const headers: Record<string, string> = {}
    for (let i = 0; i < lines.length; i++) {
      const { name, value } = lines[i] as HeaderLine
      if (headers[name] !== undefined || notPlain.has(name)) return undefined
      if (name === 'connection' && value.toLowerCase() !== 'keep-alive') return undefined
      headers[name] = value
    }
    return headers
  }
}

/** Undefined when it is none. */
function lengthOf(headers: Readonly<Record<string, string>>): number | undefined {
  const text = headers['content-length']
  if (text === undefined) return 0
  return lengthForm.test(text) ? Number(text) : undefined
}
