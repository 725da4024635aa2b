/**
 * Response event streams (`application/vnd.amazon.eventstream`): frames of headers and a payload.
 *
 * A frame: total length, headers length (both 32 bits), CRC32 of these eight bytes; headers; payload;
 * CRC32 of everything before. Frames are written here, with zlib's CRC32 and the constant headers of
 * each event encoded once, because a response stream may be the busiest thing a function does.
 * An iterable that throws a `ServiceError` ends the stream with that error as its last frame; any other
 * failure ends it with InternalFailure and is thrown on, for the listener to log.
 * Called by `rest-response.ts` and `rpc-response.ts`.
 */
import { crc32 } from 'node:zlib'
import type { MessageHeaders } from '@smithy/types'
import { assert } from '../kernel/assert.ts'
import { ServiceError } from '../kernel/errors.ts'
import type { Member, StructureShape } from '../model/types.ts'
import type { Members } from './protocol.ts'
import { toBuffer } from './scalars.ts'
import { encodeEventHeaders } from './smithy.ts'

export const eventStreamContentType = 'application/vnd.amazon.eventstream'

/** How the protocol writes an event's members. */
export interface EventPayload {
  readonly contentType: string
  structure(members: readonly Member[]): (value: Members) => Uint8Array | string
}

/** The first frame of RPC protocols: the output's members beside the stream. */
export interface InitialResponse {
  readonly contentType: string
  readonly payload: Uint8Array | string
}

type EventWriter = (value: Members) => Uint8Array

/** Compiles a stream's events; the result turns an iterable of events into frames. */
export function eventStreamBody(
  stream: StructureShape,
  payload: EventPayload,
): (events: unknown, initial?: InitialResponse) => AsyncIterable<Uint8Array> {
  const writers = new Map(
    stream.members.map((member) => [member.name, compileEvent(member, payload)] as const),
  )
  return (events, initial) => {
    const source = (events as AsyncIterable<Members>)[Symbol.asyncIterator]()
    const written = frames(writers, { [Symbol.asyncIterator]: () => source }, initial)
    return { [Symbol.asyncIterator]: () => new Frames(written, source) }
  }
}

/** Ends the events with the frames, also when nobody has asked for the first frame: a generator alone would not. */
class Frames implements AsyncIterator<Uint8Array, undefined> {
  readonly #written: AsyncGenerator<Uint8Array, undefined>
  readonly #source: AsyncIterator<Members>

  constructor(written: AsyncGenerator<Uint8Array, undefined>, source: AsyncIterator<Members>) {
    this.#written = written
    this.#source = source
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    return this.#written.next()
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    // First the source: a generator that waits for it would not end before it gives something.
    await this.#source.return?.()
    return await this.#written.return(undefined)
  }
}

async function* frames(
  writers: ReadonlyMap<string, EventWriter>,
  events: AsyncIterable<Members>,
  initial: InitialResponse | undefined,
): AsyncGenerator<Uint8Array, undefined> {
  if (initial !== undefined) {
    const headers = eventHeaders('initial-response', initial.contentType)
    yield frame(encodeEventHeaders(headers), toBuffer(initial.payload))
  }
  try {
    for await (const event of events) {
      const [name = '', value] = Object.entries(event).find(([, each]) => each !== undefined) ?? []
      const write = writers.get(name)
      assert(write !== undefined, `the event stream has no event ${name}`)
      yield write(value as Members)
    }
  } catch (error) {
    yield errorFrame(writers, error)
    if (!(error instanceof ServiceError)) throw error
  }
}

function errorFrame(writers: ReadonlyMap<string, EventWriter>, error: unknown): Uint8Array {
  if (!(error instanceof ServiceError)) return unmodelled('InternalFailure', 'Internal failure')
  const write = writers.get(error.code)
  return write === undefined
    ? unmodelled(error.code, error.message)
    : write({ message: error.message, Message: error.message, ...error.fields })
}

function unmodelled(code: string, message: string): Uint8Array {
  const headers: MessageHeaders = {
    ':message-type': { type: 'string', value: 'error' },
    ':error-code': { type: 'string', value: code },
    ':error-message': { type: 'string', value: message },
  }
  return frame(encodeEventHeaders(headers), Buffer.alloc(0))
}

function compileEvent(event: Member, payload: EventPayload): EventWriter {
  const { shape } = event
  assert(shape.type === 'structure', `the event ${event.name} is no structure`)
  const inHeaders = shape.members.filter((member) => member.eventheader === true)
  const body = eventBody(shape, payload)
  const fixed =
    shape.exception === true
      ? exceptionHeaders(event.name, body.contentType)
      : eventHeaders(event.name, body.contentType)
  if (inHeaders.length === 0) {
    const headers = encodeEventHeaders(fixed)
    return (value) => frame(headers, body.write(value))
  }
  return (value) => {
    const headers: MessageHeaders = { ...fixed }
    for (const member of inHeaders) {
      const given = value[member.name]
      if (given !== undefined && given !== null) headers[member.name] = headerValue(member, given)
    }
    return frame(encodeEventHeaders(headers), body.write(value))
  }
}

function eventBody(
  shape: StructureShape,
  payload: EventPayload,
): { contentType: string; write: (value: Members) => Uint8Array } {
  const whole = shape.members.find((member) => member.eventpayload === true)
  if (whole?.shape.type === 'blob') {
    const { name } = whole
    return {
      contentType: 'application/octet-stream',
      write: (value) => toBuffer(value[name] ?? ''),
    }
  }
  if (whole?.shape.type === 'string') {
    const { name } = whole
    return { contentType: 'text/plain', write: (value) => toBuffer(value[name] ?? '') }
  }
  if (whole?.shape.type === 'structure') {
    const { name } = whole
    const write = payload.structure(whole.shape.members)
    return {
      contentType: payload.contentType,
      write: (value) => toBuffer(write((value[name] ?? {}) as Members)),
    }
  }
  const write = payload.structure(shape.members.filter((member) => member.eventheader !== true))
  return { contentType: payload.contentType, write: (value) => toBuffer(write(value)) }
}

function eventHeaders(event: string, contentType: string): MessageHeaders {
  return {
    ':event-type': { type: 'string', value: event },
    ':content-type': { type: 'string', value: contentType },
    ':message-type': { type: 'string', value: 'event' },
  }
}

function exceptionHeaders(exception: string, contentType: string): MessageHeaders {
  return {
    ':exception-type': { type: 'string', value: exception },
    ':content-type': { type: 'string', value: contentType },
    ':message-type': { type: 'string', value: 'exception' },
  }
}

function headerValue(member: Member, value: unknown): MessageHeaders[string] {
  switch (member.shape.type) {
    case 'string':
      return { type: 'string', value: String(value) }
    case 'boolean':
      return { type: 'boolean', value: value === true }
    case 'byte':
    case 'short':
    case 'integer':
      return { type: member.shape.type, value: Number(value) }
    case 'blob':
      return { type: 'binary', value: toBuffer(value) }
    case 'timestamp':
      assert(value instanceof Date, `${member.name} is no Date`)
      return { type: 'timestamp', value }
    default:
      assert(false, `an event header cannot be a ${member.shape.type}`)
  }
}

function frame(headers: Uint8Array, payload: Uint8Array): Uint8Array {
  const length = headers.byteLength + payload.byteLength + 16
  const out = Buffer.allocUnsafe(length)
  out.writeUInt32BE(length, 0)
  out.writeUInt32BE(headers.byteLength, 4)
  out.writeUInt32BE(crc32(out.subarray(0, 8)), 8)
  out.set(headers, 12)
  out.set(payload, 12 + headers.byteLength)
  out.writeUInt32BE(crc32(out.subarray(0, length - 4)), length - 4)
  return out
}
