/**
 * CBOR bodies (rpcv2Cbor). Decoding is our own: it allocates nothing that a length prefix merely claims,
 * and nesting is bounded; the SDK's decoder does neither, being made for answers of a trusted service.
 *
 * `decodeCbor` gives plain values; `cborStructure` reads and writes them by shape. CBOR features that
 * rpcv2Cbor does not use (tags other than 1, big numbers, half of the simple values) are refused or, for
 * floats, read. RFC 8949. Called by `rpc-v2-cbor.ts`.
 */
import { assert } from '../kernel/assert.ts'
import type { Member, Shape } from '../model/types.ts'
import { isOverfull, overfullUnion, serializationFault } from './faults.ts'
import { setKey } from './json.ts'
import { depthMax } from './limits.ts'
import type { Members } from './protocol.ts'
import { integerType, toBuffer } from './scalars.ts'
import { cborEpoch, dateOfEpochSeconds } from './smithy.ts'

/** Tag 1: seconds since the epoch. */
class Epoch {
  readonly seconds: number
  constructor(seconds: number) {
    this.seconds = seconds
  }
}

const stop = Symbol('stop')
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** One value that fills the bytes. Throws `ServiceError`. */
export function decodeCbor(bytes: Uint8Array): unknown {
  const decoder = new Decoder(bytes)
  const value = decoder.value(0)
  if (value === stop || !decoder.atEnd)
    throw serializationFault('The CBOR body does not end where it should.')
  return value
}

class Decoder {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.byteLength
  }

  value(depth: number): unknown {
    if (depth > depthMax) {
      throw serializationFault(`The request is nested more than ${depthMax} levels deep.`)
    }
    const initial = this.#take(1)
    const first = this.#view.getUint8(initial)
    const major = first >> 5
    const minor = first & 0x1f
    if (major === 7) return this.#simple(minor)
    if (minor === 31) return this.#indefinite(major, depth)
    const argument = this.#argument(minor)
    switch (major) {
      case 0:
        return argument
      case 1:
        return -1 - argument
      case 2:
        return this.#slice(argument)
      case 3:
        return this.#text(argument)
      case 4:
        return this.#list(argument, depth)
      case 5:
        return this.#map(argument, depth)
      default:
        return this.#tagged(argument, depth)
    }
  }

  /** The position of the next `count` bytes, which are there. */
  #take(count: number): number {
    const at = this.#at
    if (count > this.#bytes.byteLength - at) throw serializationFault('The CBOR body is cut short.')
    this.#at = at + count
    return at
  }

  #argument(minor: number): number {
    switch (minor) {
      case 24:
        return this.#view.getUint8(this.#take(1))
      case 25:
        return this.#view.getUint16(this.#take(2))
      case 26:
        return this.#view.getUint32(this.#take(4))
      case 27:
        return Number(this.#view.getBigUint64(this.#take(8)))
      default:
        if (minor < 24) return minor
        throw serializationFault('The CBOR body is malformed.')
    }
  }

  #slice(length: number): Uint8Array {
    const at = this.#take(length)
    return this.#bytes.subarray(at, at + length)
  }

  #text(length: number): string {
    try {
      return utf8.decode(this.#slice(length))
    } catch (cause) {
      if (cause instanceof TypeError)
        throw serializationFault('The CBOR body has invalid UTF-8.', cause)
      throw cause
    }
  }

  #list(length: number, depth: number): unknown[] {
    const list: unknown[] = []
    for (let index = 0; index < length; index++) list.push(this.#item(depth))
    return list
  }

  #map(length: number, depth: number): Record<string, unknown> {
    const map: Record<string, unknown> = {}
    for (let index = 0; index < length; index++) this.#entry(map, this.#item(depth), depth)
    return map
  }

  #entry(map: Record<string, unknown>, key: unknown, depth: number): void {
    if (typeof key !== 'string') throw serializationFault('A CBOR map has a key that is no text.')
    setKey(map, key, this.#item(depth))
  }

  #item(depth: number): unknown {
    const item = this.value(depth + 1)
    if (item === stop) throw serializationFault('The CBOR body is malformed.')
    return item
  }

  #tagged(tag: number, depth: number): unknown {
    const value = this.#item(depth)
    if (tag !== 1 || typeof value !== 'number') {
      throw serializationFault(`The CBOR body has a tag that is not understood: ${tag}`)
    }
    return new Epoch(value)
  }

  #indefinite(major: number, depth: number): unknown {
    switch (major) {
      case 2:
        return Buffer.concat(this.#chunks(2, depth) as readonly Uint8Array[])
      case 3:
        return this.#chunks(3, depth).join('')
      case 4:
        return [...this.#untilStop(depth)]
      case 5: {
        const map: Record<string, unknown> = {}
        for (const key of this.#untilStop(depth)) this.#entry(map, key, depth)
        return map
      }
      default:
        throw serializationFault('The CBOR body is malformed.')
    }
  }

  *#untilStop(depth: number): Iterable<unknown> {
    for (let item = this.value(depth + 1); item !== stop; item = this.value(depth + 1)) yield item
  }

  #chunks(major: 2 | 3, depth: number): readonly unknown[] {
    const chunks = [...this.#untilStop(depth)]
    const ok = chunks.every((each) =>
      major === 2 ? each instanceof Uint8Array : typeof each === 'string',
    )
    if (!ok) throw serializationFault('The CBOR body is malformed.')
    return chunks
  }

  #simple(minor: number): unknown {
    switch (minor) {
      case 20:
        return false
      case 21:
        return true
      case 22:
      case 23:
        return null
      case 25:
        return this.#view.getFloat16(this.#take(2))
      case 26:
        return this.#view.getFloat32(this.#take(4))
      case 27:
        return this.#view.getFloat64(this.#take(8))
      case 31:
        return stop
      default:
        throw serializationFault('The CBOR body is malformed.')
    }
  }
}

// ---- by shape ----

type Convert = (value: unknown) => unknown

const readers = new WeakMap<Shape, Convert>()
const writers = new WeakMap<Shape, Convert>()

/** Reads a decoded body as these members; throws `ServiceError` for values of the wrong type. */
export function readCborMembers(
  members: readonly Member[],
): (value: unknown) => Record<string, unknown> {
  let fields: readonly { name: string; read: Convert }[] | undefined
  return (value) => {
    if (!isRecord(value)) throw mismatch(value, 'a structure')
    fields ??= members.map(({ name, shape }) => ({ name, read: memo(readers, shape, readerOf) }))
    const out: Record<string, unknown> = {}
    for (const { name, read } of fields) {
      const given = Object.hasOwn(value, name) ? value[name] : undefined
      if (given !== undefined && given !== null) out[name] = read(given)
    }
    return out
  }
}

/** Makes of an output what `encodeCbor` encodes. */
export function writeCborMembers(
  members: readonly Member[],
): (value: Members) => Record<string, unknown> {
  let fields: readonly { name: string; write: Convert }[] | undefined
  return (value) => {
    fields ??= members.map(({ name, shape }) => ({ name, write: memo(writers, shape, writerOf) }))
    const out: Record<string, unknown> = {}
    for (const { name, write } of fields) {
      const given = value[name]
      if (given !== undefined && given !== null) out[name] = write(given)
    }
    return out
  }
}

function memo(
  known: WeakMap<Shape, Convert>,
  shape: Shape,
  make: (shape: Shape) => Convert,
): Convert {
  let converter = known.get(shape)
  if (converter === undefined) known.set(shape, (converter = make(shape)))
  return converter
}

function readerOf(shape: Shape): Convert {
  switch (shape.type) {
    case 'structure': {
      const read = readCborMembers(shape.members)
      return (value) => {
        const members = read(value)
        if (isOverfull(shape, members)) throw serializationFault(overfullUnion)
        return members
      }
    }
    case 'list':
      return (value) => {
        if (!Array.isArray(value)) throw mismatch(value, 'a list')
        const read = memo(readers, shape.member.shape, readerOf)
        return value.map((item: unknown) => (item === null ? null : read(item)))
      }
    case 'map':
      return (value) => {
        if (!isRecord(value)) throw mismatch(value, 'a map')
        const read = memo(readers, shape.value.shape, readerOf)
        return mapValues(value, (item) => (item === null ? null : read(item)))
      }
    case 'timestamp':
      return readTimestamp
    case 'blob':
      return (value) => expect(value, value instanceof Uint8Array, 'a Blob')
    case 'boolean':
      return (value) => expect(value, typeof value === 'boolean', 'a Boolean')
    case 'float':
    case 'double':
      return (value) => expect(value, typeof value === 'number', 'a Double')
    case 'string':
    case 'bigdecimal':
      return (value) => expect(value, typeof value === 'string', 'a String')
    default: {
      const width = integerType(shape.type)
      assert(width !== undefined, `${shape.type} is no integer type`)
      return (value) => {
        const fits =
          Number.isInteger(value) && width.min <= Number(value) && Number(value) <= width.max
        return expect(value, fits, width.name)
      }
    }
  }
}

function readTimestamp(value: unknown): Date {
  const seconds = value instanceof Epoch ? value.seconds : value
  if (typeof seconds === 'number') {
    try {
      return dateOfEpochSeconds(seconds)
    } catch {
      // Said below.
    }
  }
  throw mismatch(value, 'a Timestamp')
}

function writerOf(shape: Shape): Convert {
  switch (shape.type) {
    case 'structure':
      return writeCborMembers(shape.members) as Convert
    case 'list':
      return (value) => {
        assert(Array.isArray(value), 'a list of an output is no array')
        const write = memo(writers, shape.member.shape, writerOf)
        return value.map((item: unknown) =>
          item === null || item === undefined ? null : write(item),
        )
      }
    case 'map':
      return (value) => {
        const write = memo(writers, shape.value.shape, writerOf)
        return mapValues(value as Members, (item) => (item === null ? null : write(item)))
      }
    case 'timestamp':
      return (value) => cborEpoch(value instanceof Date ? value.getTime() / 1000 : Number(value))
    case 'blob':
      return toBuffer
    default:
      return (value) => value
  }
}

function mapValues(map: Members, convert: Convert): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const key of Object.keys(map)) {
    const item = map[key]
    if (item !== undefined) setKey(out, key, convert(item))
  }
  return out
}

function expect(value: unknown, fits: boolean, wanted: string): unknown {
  if (!fits) throw mismatch(value, wanted)
  return value
}

function isRecord(value: unknown): value is Members {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof Epoch)
  )
}

function mismatch(value: unknown, wanted: string): Error {
  const kind = Array.isArray(value) ? 'list' : typeof value
  return serializationFault(`A ${kind} can not be converted to ${wanted}`)
}
