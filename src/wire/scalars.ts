/**
 * Scalars as text: path labels, query parameters, headers, form parameters, XML.
 * A reader throws `ServiceError` for text that is no value of its type.
 */
import { assert } from '../kernel/assert.ts'
import type { Member, ScalarType, TimestampFormat } from '../model/types.ts'
import { serializationFault } from './faults.ts'
import { formatTimestamp, parseTimestamp } from './smithy.ts'

export type TextReader = (text: string) => unknown
export type TextWriter = (value: unknown) => string

interface Integer {
  readonly name: string
  readonly min: number
  readonly max: number
}

/** Longs are numbers here, as in the SDK's types: exact up to 2^53. */
const integers: Readonly<Record<string, Integer>> = {
  byte: { name: 'a Byte', min: -0x80, max: 0x7f },
  short: { name: 'a Short', min: -0x8000, max: 0x7fff },
  integer: { name: 'an Integer', min: -0x8000_0000, max: 0x7fff_ffff },
  long: { name: 'a Long', min: -(2 ** 63), max: 2 ** 63 },
}

/** The integer type's name with its article and its bounds; undefined for other types. */
export function integerType(type: string): Integer | undefined {
  return integers[type]
}

/** The member's timestamp format, or the default of where it travels. */
export function timestampFormat(member: Member, fallback: TimestampFormat): TimestampFormat {
  if (member.timestampFormat !== undefined) return member.timestampFormat
  const { shape } = member
  return ('timestampFormat' in shape ? shape.timestampFormat : undefined) ?? fallback
}

export function textReader(member: Member, fallback: TimestampFormat): TextReader {
  const { type } = member.shape
  switch (type) {
    case 'string':
    case 'bigdecimal':
      return member.jsonvalue === true || member.shape.jsonvalue === true ? readJsonValue : identity
    case 'boolean':
      return readBoolean
    case 'byte':
    case 'short':
    case 'integer':
    case 'long':
      return integerReader(type)
    case 'float':
    case 'double':
      return readFloat
    case 'blob':
      return decodeBase64
    case 'timestamp':
      return timestampReader(timestampFormat(member, fallback))
    default:
      assert(false, `${member.name} is a ${type}, which is never text`)
  }
}

function identity(text: string): string {
  return text
}

function readBoolean(text: string): boolean {
  if (text === 'true') return true
  if (text === 'false') return false
  throw serializationFault(`'${excerpt(text)}' can not be converted to a Boolean`)
}

function integerReader(type: ScalarType): TextReader {
  const width = integers[type]
  assert(width !== undefined, `${type} is no integer type`)
  return (text) => {
    const value = /^[+-]?\d{1,20}$/.test(text) ? Number(text) : NaN
    if (value >= width.min && value <= width.max) return value
    throw serializationFault(`'${excerpt(text)}' can not be converted to ${width.name}`)
  }
}

const floatText = /^[+-]?(\d{1,400}(\.\d{0,400})?|\.\d{1,400})([eE][+-]?\d{1,4})?$/

function readFloat(text: string): number {
  if (floatText.test(text)) return Number(text)
  const named = namedFloat(text)
  if (named !== undefined) return named
  throw serializationFault(`'${excerpt(text)}' can not be converted to a Double`)
}

/** The three floating point values that every text protocol spells out. */
export function namedFloat(text: string): number | undefined {
  switch (text) {
    case 'NaN':
      return NaN
    case 'Infinity':
      return Infinity
    case '-Infinity':
      return -Infinity
    default:
      return undefined
  }
}

const base64 = /^[A-Za-z0-9+/]*={0,2}$/

/** Bytes of base64 text; `ServiceError` when it is not base64. */
export function decodeBase64(text: string): Uint8Array {
  const compact = /\s/.test(text) ? text.replaceAll(/\s+/g, '') : text
  if (base64.test(compact) && compact.length % 4 !== 1) return Buffer.from(compact, 'base64')
  throw serializationFault(`'${excerpt(text)}' is not valid base64`)
}

function timestampReader(format: TimestampFormat): TextReader {
  return (text) => {
    try {
      return parseTimestamp(text, format)
    } catch (cause) {
      throw serializationFault(`'${excerpt(text)}' can not be converted to a timestamp`, cause)
    }
  }
}

/** JSON text, base64 in a header. */
function readJsonValue(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64').toString('utf8'))
  } catch (cause) {
    throw serializationFault(`'${excerpt(text)}' is not base64 of JSON`, cause)
  }
}

export function textWriter(member: Member, fallback: TimestampFormat): TextWriter {
  switch (member.shape.type) {
    case 'string':
      if (member.jsonvalue === true || member.shape.jsonvalue === true) {
        return (value) => Buffer.from(JSON.stringify(value)).toString('base64')
      }
      return String
    case 'blob':
      return encodeBase64
    case 'timestamp': {
      const format = timestampFormat(member, fallback)
      return (value) => formatTimestamp(value, format)
    }
    default:
      return String
  }
}

/** Base64 of bytes; text is taken as UTF-8. */
export function encodeBase64(value: unknown): string {
  return toBuffer(value).toString('base64')
}

/** The bytes of a blob a handler gave, without a copy where it gave bytes. */
export function toBuffer(value: unknown): Buffer {
  if (typeof value === 'string') return Buffer.from(value, 'utf8')
  assert(value instanceof Uint8Array, 'a blob is neither bytes nor text')
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}

/** The start of what the caller sent, short enough to be said back. */
export function excerpt(text: string): string {
  return text.length <= 100 ? text : `${text.slice(0, 100)}...`
}
