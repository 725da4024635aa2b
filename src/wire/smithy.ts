/**
 * The only module that imports the AWS SDK's serialisation libraries, so that a new version touches
 * one place.
 *
 * What is taken: dates, CBOR encoding, event stream headers. What is not, and why: the libraries'
 * schema-driven codecs are made for clients reading a trusted service. They pass values of the wrong
 * type through (a string where an integer belongs), allocate what a length prefix claims before
 * reading it (CBOR), merge XML attributes into elements, and walk the schema anew for each request.
 * A server needs the opposite of each, hence `json.ts`, `xml-read.ts`, `xml-write.ts`, `cbor.ts`.
 */
import { createRequire } from 'node:module'
import type * as Cbor from '@smithy/core/cbor'
import type * as EventStreams from '@smithy/core/event-streams'
import type * as Serde from '@smithy/core/serde'
import type { MessageHeaders } from '@smithy/types'
import type { TimestampFormat } from '../model/types.ts'

// Loaded on first use, and at once, as codecs do not wait: together they would take 12 ms of every start.
const load = createRequire(import.meta.url)
const serde = once(() => load('@smithy/core/serde') as typeof Serde)
const cbor = once(() => load('@smithy/core/cbor') as typeof Cbor)
const eventStreamCodec = once(() => {
  const { EventStreamCodec } = load('@smithy/core/event-streams') as typeof EventStreams
  return new EventStreamCodec(
    (bytes) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8')),
    (text) => Buffer.from(text, 'utf8'),
  )
})

function once<Value>(make: () => Value): () => Value {
  let value: Value | undefined
  return () => (value ??= make())
}

/** Throws (anything) when the text is no date of that format. */
export function parseTimestamp(text: string, format: TimestampFormat): Date {
  const date = parseOnce(text, format)
  if (date === undefined || Number.isNaN(date.getTime())) throw new TypeError('not a date')
  return date
}

function parseOnce(text: string, format: TimestampFormat): Date | undefined {
  switch (format) {
    case 'iso8601':
      return serde()._parseRfc3339DateTimeWithOffset(text)
    case 'rfc822':
      return serde()._parseRfc7231DateTime(text)
    case 'unixTimestamp':
      return serde()._parseEpochTimestamp(text)
  }
}

/** Throws (anything) for what is not finite. */
export function dateOfEpochSeconds(seconds: number): Date {
  const date = serde()._parseEpochTimestamp(seconds)
  if (date === undefined || Number.isNaN(date.getTime())) throw new TypeError('not a date')
  return date
}

/** Text of a moment given as a `Date` or as epoch seconds. */
export function formatTimestamp(value: unknown, format: TimestampFormat): string {
  const date = value instanceof Date ? value : dateOfEpochSeconds(Number(value))
  switch (format) {
    case 'iso8601':
      return date.toISOString().replace('.000Z', 'Z')
    case 'rfc822':
      return serde().dateToUtcString(date)
    case 'unixTimestamp':
      return String(date.getTime() / 1000)
  }
}

/** Encodes plain values; what `cborEpoch` made becomes a timestamp. */
export function encodeCbor(value: unknown): Uint8Array {
  return cbor().cbor.serialize(value)
}

export function cborEpoch(seconds: number): unknown {
  return cbor().tag({ tag: 1, value: seconds })
}

/** The header block of an event stream frame. */
export function encodeEventHeaders(headers: MessageHeaders): Uint8Array {
  return eventStreamCodec().formatHeaders(headers)
}
