/**
 * Reads the head of a plain HTTP/1.1 request: what SDKs send nearly always.
 *
 * What it is not: a judge. It takes what is beyond doubt and leaves all else, be it broken, rare or clever, to
 * node:http, which answers for it (`other`). Invariant: a request it takes means to node:http just what it means
 * here. Called by: connection.ts.
 */
import type { Buffer } from 'node:buffer'
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
const nameForm = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** The bytes a header's value may have, line ends not among them. */
const valueForm = /^[\t\x20-\x7e\x80-\xff]*$/
const lengthForm = /^\d{1,9}$/

/** Headers that change how a request or its connection is to be read. */
const notPlain = new Set(['transfer-encoding', 'expect', 'upgrade', 'trailer', 'te', '__proto__'])

/** Names that have been looked at before, as sent, with their lower case: clients send the same ones for ever. */
const knownNames = new Map<string, string>()
const knownNamesMax = 500

/** `partial`: it may become plain with more bytes; `other`: it is not for us. */
export function readPlainHead(bytes: Buffer): PlainHead | 'partial' | 'other' {
  const end = bytes.indexOf('\r\n\r\n', 0, 'latin1')
  if (end < 0) return bytes.length > plainHeadBytesMax ? 'other' : 'partial'
  if (end > plainHeadBytesMax) return 'other'
  const text = bytes.toString('latin1', 0, end)
  const lineEnd = text.indexOf('\r\n')
  const line = lineEnd < 0 ? text : text.slice(0, lineEnd)
  const space = line.indexOf(' ')
  const method = line.slice(0, space)
  const url = line.slice(space + 1, -' HTTP/1.1'.length)
  if (!line.endsWith(' HTTP/1.1') || !methods.has(method) || !urlForm.test(url)) return 'other'
  const headers = lineEnd < 0 ? {} : readHeaders(text, lineEnd + 2)
  if (headers === undefined) return 'other'
  // Without a host it is no HTTP/1.1, and node:http says so.
  if (headers['host'] === undefined) return 'other'
  const length = headers['content-length'] ?? '0'
  if (!lengthForm.test(length) || Number(length) > plainBodyBytesMax) return 'other'
  return { method, url, headers, headBytes: end + 4, bodyBytes: Number(length) }
}

function readHeaders(text: string, from: number): Record<string, string> | undefined {
  const headers: Record<string, string> = {}
  for (let start = from; start < text.length;) {
    let end = text.indexOf('\r\n', start)
    if (end < 0) end = text.length
    const colon = text.indexOf(':', start)
    if (colon < 0 || colon > end) return undefined
    const name = lowerName(text.slice(start, colon))
    const value = trimmed(text, colon + 1, end)
    if (name === undefined || headers[name] !== undefined || !valueForm.test(value))
      return undefined
    if (name === 'connection' && value.toLowerCase() !== 'keep-alive') return undefined
    headers[name] = value
    start = end + 2
  }
  return headers
}

/** Without the blanks around it, which are space and tab alone: `trim` would also take a byte of UTF-8 away. */
function trimmed(text: string, from: number, to: number): string {
  while (from < to && isBlank(text.charCodeAt(from))) from += 1
  while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1
  return text.slice(from, to)
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9
}

/** Undefined for what is no name, and for those of `notPlain`. */
function lowerName(sent: string): string | undefined {
  const known = knownNames.get(sent)
  if (known !== undefined) return known
  if (!nameForm.test(sent)) return undefined
  const name = sent.toLowerCase()
  if (notPlain.has(name)) return undefined
  // A name that nobody else sends must not take the place of those that all send.
  if (knownNames.size < knownNamesMax && name.length <= 64) knownNames.set(sent, name)
  return name
}
