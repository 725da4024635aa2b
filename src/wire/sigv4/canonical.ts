/**
 * The canonical request of Signature Version 4: one text for all the ways of writing the same request.
 *
 * It decides nothing. Invariant: two requests with the same text differ at most in what AWS says does not
 * matter: blanks around header values, how a query is escaped, and, S3 aside, empty and dot segments of the path
 * (a router that gives those a meaning of their own must refuse them). Strings stand for bytes, one character each, as node:http gives them; `utf8` text of tests and in-process
 * callers works too. Source: docs, IAM user guide "Create a signed AWS API request", and the vectors of AWS's
 * Signature Version 4 test suite.
 */
import type { SignedRequest } from '../../kernel/signatures.ts'

/**
 * @param single true for S3, which encodes a path once, as it was sent. Every other service removes `.`, `..`
 *   and empty segments and encodes once more what is already encoded.
 */
export function canonicalPath(path: string, single: boolean): string {
  if (plainPath.test(path) && (single || !untidyPath.test(path))) return path === '' ? '/' : path
  if (single) return encode(path, keepInS3Path)
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  if (segments.length === 0) return '/'
  return `/${encode(segments.join('/'), keepInPath)}${path.endsWith('/') ? '/' : ''}`
}

const plainPath = /^[\w\-.~/]*$/
const untidyPath = /\/[/.]/

/**
 * Pairs sorted by name, then value, each decoded and encoded anew, so that `a`, `a=` and `%61=` are one.
 * @param except the name of a parameter to leave out: the signature itself.
 */
export function canonicalQuery(query: string, except?: string): string {
  if (query === '') return ''
  const pairs: (readonly [name: string, value: string])[] = []
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = reencode(equals < 0 ? pair : pair.slice(0, equals))
    if (name === except) continue
    pairs.push([name, equals < 0 ? '' : reencode(pair.slice(equals + 1))])
  }
  // By name first: as whole pairs, `a-b=` would sort before `a=`.
  pairs.sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
  return pairs.map(([name, value]) => `${name}=${value}`).join('&')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * `name:value\n` of each signed header, values trimmed, runs of blanks made one, repeated headers joined by
 * commas. Undefined when one of them is not in the request, or holds a line break.
 */
export function canonicalHeaders(
  headers: SignedRequest['headers'],
  names: readonly string[],
): string | undefined {
  let text = ''
  for (const name of names) {
    const value = headers[name]
    if (typeof value === 'string') text += `${name}:${canonicalValue(value)}\n`
    else if (Array.isArray(value)) text += `${name}:${value.map(canonicalValue).join(',')}\n`
    else return undefined
  }
  // Each header gives one line; a line break inside a value would let one header stand for two.
  let lines = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1
  return lines === names.length && !text.includes('\r') ? text : undefined
}

function canonicalValue(value: string): string {
  if (!/^[ \t]|[ \t]$|[ \t]{2}|\t/.test(value)) return value
  return value.replace(/[ \t]+/g, ' ').replace(/^ | $/g, '')
}

/** `body` is the hash of the payload, or the words that stand for it (`UNSIGNED-PAYLOAD`). */
export function canonicalRequest(
  method: string,
  path: string,
  query: string,
  headers: string,
  signedHeaders: string,
  body: string,
): string {
  return `${method}\n${path}\n${query}\n${headers}\n${signedHeaders}\n${body}`
}

/** The bytes a canonical text stands for. */
export function bytesOf(text: string): Buffer {
  return Buffer.from(text, wide.test(text) ? 'utf8' : 'latin1')
}

const wide = /[^\0-\u00ff]/
const unreserved = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~'
const keepInPath = keepTable(`${unreserved}/`)
const keepInS3Path = keepTable(`${unreserved}/%`)
const keepInQuery = keepTable(unreserved)

/** Byte -> the text that stands for it. */
function keepTable(kept: string): readonly string[] {
  return Array.from({ length: 256 }, (_, byte) => {
    const character = String.fromCharCode(byte)
    if (kept.includes(character)) return character
    return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  })
}

function encode(text: string, table: readonly string[]): string {
  let encoded = ''
  for (const byte of bytesOf(text)) encoded += table[byte]
  return encoded
}

const canonicalComponent = /^[\w\-.~]*$/

/** Percent-decodes (a plus is a blank, as in forms) and encodes again; a stray percent sign stands for itself. */
function reencode(component: string): string {
  if (canonicalComponent.test(component)) return component
  const bytes = bytesOf(component)
  let encoded = ''
  for (let at = 0; at < bytes.length; at += 1) {
    let byte = bytes[at] as number
    if (byte === 0x2b) byte = 0x20
    else if (byte === 0x25) {
      const high = hexDigit(bytes[at + 1])
      const low = hexDigit(bytes[at + 2])
      if (high >= 0 && low >= 0) {
        byte = high * 16 + low
        at += 2
      }
    }
    encoded += keepInQuery[byte]
  }
  return encoded
}

/** -1 when it is none. */
function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : -1
}
