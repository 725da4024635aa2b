/**
 * JSON bodies: restJson1, awsJson, and the JSON payloads of their event streams.
 *
 * Shapes become closures, once per shape; reading checks every type, because what comes in is a
 * stranger's. Not a constraint check: lengths, patterns and required members are `constraints.ts`.
 * Invariant: nothing here throws anything but `ServiceError` for what a client sent.
 * Called by `rest-json.ts`, `aws-json.ts`, `event-stream.ts`.
 */
import { assert } from '../kernel/assert.ts'
import type { Member, Shape, StructureShape, TimestampFormat } from '../model/types.ts'
import { isOverfull, overfullUnion, serializationFault } from './faults.ts'
import { depthMax } from './limits.ts'
import { decodeBase64, encodeBase64, integerType, namedFloat, timestampFormat } from './scalars.ts'
import { dateOfEpochSeconds, formatTimestamp, parseTimestamp } from './smithy.ts'

type Read = (value: unknown, depth: number) => unknown
type Write = (value: unknown) => unknown
type JsonObject = Readonly<Record<string, unknown>>

/** Reads the members of a body, or writes them. */
export interface JsonStructure {
  /** `ServiceError` when a value is of the wrong type. Null and unknown members are left out. */
  readonly read: (value: unknown) => Record<string, unknown>
  /** Null and undefined members are left out. */
  readonly write: (value: JsonObject) => Record<string, unknown>
}

/**
 * One for the whole process and spelling of names: awsJson uses the members' own names, restJson1 their
 * `locationName` where they have one (Smithy's `jsonName`).
 */
export class JsonCodec {
  readonly #names: 'member' | 'location'
  readonly #readers = new WeakMap<Shape, Read>()
  readonly #writers = new WeakMap<Shape, Write>()

  constructor(names: 'member' | 'location') {
    this.#names = names
  }

  /** A codec for these members of the structure (of an HTTP body, those bound elsewhere are not there). */
  structure(members: readonly Member[]): JsonStructure {
    const read = this.#structureReader(members)
    const write = this.#structureWriter(members)
    return {
      read: (value) => {
        if (!isObject(value)) throw unexpected(value, 'a structure')
        return read(value, 0) as Record<string, unknown>
      },
      write: (value) => write(value) as Record<string, unknown>,
    }
  }

  #name(member: Member): string {
    return this.#names === 'location' ? (member.locationName ?? member.name) : member.name
  }

  // ---- reading ----

  #reader(member: Member): Read {
    const { shape } = member
    if (shape.type === 'timestamp') return timestampReader(timestampFormat(member, 'unixTimestamp'))
    let read = this.#readers.get(shape)
    if (read === undefined) {
      read = this.#shapeReader(shape)
      this.#readers.set(shape, read)
    }
    return read
  }

  #shapeReader(shape: Shape): Read {
    switch (shape.type) {
      case 'structure':
        if (shape.document === true) return readDocument
        return this.#structureReader(shape.members, shape)
      case 'list':
        return this.#listReader(shape.member)
      case 'map':
        return this.#mapReader(shape.value)
      case 'string':
      case 'bigdecimal':
        return readString
      case 'boolean':
        return readBoolean
      case 'blob':
        return readBlob
      case 'float':
      case 'double':
        return readFloat
      default:
        return integerReader(shape.type)
    }
  }

  #structureReader(members: readonly Member[], shape?: StructureShape): Read {
    // Compiled at first use: shapes refer to themselves.
    let fields: readonly { name: string; key: string; read: Read }[] | undefined
    return (value, depth) => {
      if (!isObject(value)) throw unexpected(value, 'a structure')
      if (depth > depthMax) throw tooDeep()
      fields ??= members.map((member) => {
        return { name: member.name, key: this.#name(member), read: this.#reader(member) }
      })
      const out: Record<string, unknown> = {}
      for (const field of fields) {
        const given = Object.hasOwn(value, field.key) ? value[field.key] : undefined
        if (given === undefined || given === null) continue
        out[field.name] = field.read(given, depth + 1)
      }
      if (shape !== undefined && isOverfull(shape, out)) throw serializationFault(overfullUnion)
      return out
    }
  }

  #listReader(member: Member): Read {
    let read: Read | undefined
    return (value, depth) => {
      if (!Array.isArray(value)) throw unexpected(value, 'a list')
      if (depth > depthMax) throw tooDeep()
      read ??= this.#reader(member)
      const out: unknown[] = []
      for (const item of value as readonly unknown[]) {
        // A null entry stays: it is the constraint check's to refuse, in AWS's words.
        out.push(item === null ? null : read(item, depth + 1))
      }
      return out
    }
  }

  #mapReader(member: Member): Read {
    let read: Read | undefined
    return (value, depth) => {
      if (!isObject(value)) throw unexpected(value, 'a map')
      if (depth > depthMax) throw tooDeep()
      read ??= this.#reader(member)
      const out: Record<string, unknown> = {}
      for (const key of Object.keys(value)) {
        const item = value[key]
        setKey(out, key, item === null ? null : read(item, depth + 1))
      }
      return out
    }
  }

  // ---- writing ----

  #writer(member: Member): Write {
    const { shape } = member
    if (shape.type === 'timestamp') return timestampWriter(timestampFormat(member, 'unixTimestamp'))
    let write = this.#writers.get(shape)
    if (write === undefined) {
      write = this.#shapeWriter(shape)
      this.#writers.set(shape, write)
    }
    return write
  }

  #shapeWriter(shape: Shape): Write {
    switch (shape.type) {
      case 'structure':
        return shape.document === true ? asIs : this.#structureWriter(shape.members)
      case 'list':
        return this.#listWriter(shape.member)
      case 'map':
        return this.#mapWriter(shape.value)
      case 'blob':
        return encodeBase64
      case 'float':
      case 'double':
        return (value) => (Number.isFinite(value) ? value : String(value))
      case 'long':
        return (value) => (typeof value === 'bigint' ? Number(value) : value)
      default:
        return asIs
    }
  }

  #structureWriter(members: readonly Member[]): Write {
    let fields: readonly { name: string; key: string; write: Write }[] | undefined
    return (value) => {
      fields ??= members.map((member) => {
        return { name: member.name, key: this.#name(member), write: this.#writer(member) }
      })
      const out: Record<string, unknown> = {}
      for (const field of fields) {
        const given = (value as JsonObject)[field.name]
        if (given !== undefined && given !== null) out[field.key] = field.write(given)
      }
      return out
    }
  }

  #listWriter(member: Member): Write {
    let write: Write | undefined
    return (value) => {
      assert(Array.isArray(value), 'a list of an output is no array')
      write ??= this.#writer(member)
      const each = write
      return value.map((item: unknown) => (item === null || item === undefined ? null : each(item)))
    }
  }

  #mapWriter(member: Member): Write {
    let write: Write | undefined
    return (value) => {
      write ??= this.#writer(member)
      const out: Record<string, unknown> = {}
      for (const [key, item] of Object.entries(value as JsonObject)) {
        if (item !== undefined) setKey(out, key, item === null ? null : write(item))
      }
      return out
    }
  }
}

/** `out[key] = value`, also for the one key that would otherwise change the object's prototype. */
export function setKey(out: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(out, key, { value, enumerable: true, writable: true, configurable: true })
  } else {
    out[key] = value
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Parses a JSON body; an empty one is an empty object. Throws what `fault` makes of the reason. */
export function parseJson(body: Uint8Array, fault: (reason: string) => Error): unknown {
  if (body.byteLength === 0) return {}
  let text: string
  try {
    text = utf8.decode(body)
  } catch {
    throw fault('Invalid UTF-8')
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw fault((error as SyntaxError).message)
  }
}

/** The members of a structure that travel in the body. */
export function bodyMembers(shape: StructureShape | undefined): readonly Member[] {
  return shape?.members.filter((member) => member.location === undefined) ?? []
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function tooDeep(): Error {
  return serializationFault(`The request is nested more than ${depthMax} levels deep.`)
}

/**
 * Coral's way of saying that a value has the wrong type, as users of AWS report it. A scalar in the place of a
 * structure is "Expected null" (aws-sdk-js issue 44), of a list "Expected list or null" (SES).
 */
function unexpected(value: unknown, wanted: string): Error {
  if (Array.isArray(value)) return serializationFault('Start of list found where not expected')
  if (isObject(value)) {
    return serializationFault('Start of structure or map found where not expected.')
  }
  const expected = aggregates[wanted]
  return serializationFault(expected ?? `${token(value)} can not be converted to ${wanted}`)
}

const aggregates: Readonly<Record<string, string>> = {
  'a structure': 'Expected null',
  'a list': 'Expected list or null',
  'a map': 'Expected map or null',
}

function token(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return 'STRING_VALUE'
    case 'boolean':
      return value ? 'TRUE_VALUE' : 'FALSE_VALUE'
    case 'number':
      return 'NUMBER_VALUE'
    default:
      return 'NULL_VALUE'
  }
}

function readString(value: unknown): string {
  if (typeof value !== 'string') throw unexpected(value, 'a String')
  return value
}

function readBoolean(value: unknown): boolean {
  if (typeof value !== 'boolean') throw unexpected(value, 'a Boolean')
  return value
}

function readBlob(value: unknown): Uint8Array {
  if (typeof value !== 'string') throw unexpected(value, 'a Blob')
  return decodeBase64(value)
}

function readFloat(value: unknown): number {
  if (typeof value === 'number') return value
  const named = typeof value === 'string' ? namedFloat(value) : undefined
  if (named === undefined) throw unexpected(value, 'a Double')
  return named
}

function integerReader(type: string): Read {
  const width = integerType(type)
  assert(width !== undefined, `${type} is no integer type`)
  return (value) => {
    if (typeof value !== 'number') throw unexpected(value, width.name)
    if (Number.isInteger(value) && value >= width.min && value <= width.max) return value
    throw serializationFault(`${value} can not be converted to ${width.name}`)
  }
}

function timestampReader(format: TimestampFormat): Read {
  return (value) => {
    try {
      if (typeof value === 'number') return dateOfEpochSeconds(value)
      // Date strings are taken where epoch seconds are the rule, as AWS does.
      if (typeof value === 'string') {
        return parseTimestamp(value, format === 'unixTimestamp' ? 'iso8601' : format)
      }
    } catch {
      // Said below, with the other wrong values.
    }
    throw unexpected(value, 'a Timestamp')
  }
}

function timestampWriter(format: TimestampFormat): Write {
  if (format !== 'unixTimestamp') return (value) => formatTimestamp(value, format)
  return (value) => (value instanceof Date ? value.getTime() / 1000 : value)
}

function readDocument(value: unknown, depth: number): unknown {
  if (depth > depthMax) throw tooDeep()
  if (Array.isArray(value)) return value.map((item: unknown) => readDocument(item, depth + 1))
  if (!isObject(value)) return value
  const out: Record<string, unknown> = {}
  for (const key of Object.keys(value)) setKey(out, key, readDocument(value[key], depth + 1))
  return out
}

function asIs(value: unknown): unknown {
  return value
}
