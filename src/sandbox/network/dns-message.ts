/**
 * As much of DNS messages (RFC 1035, section 4) as a forwarder needs: the one question of a query, answers of our
 * own, and whether a response belongs to a query. Bytes from inside of sandboxes: any may be hostile.
 *
 * Pure functions; they never throw. Called by: dns-forwarder.ts.
 */

export const responseCode = {
  formatError: 1,
  serverFailure: 2,
  notImplemented: 4,
  refused: 5,
} as const

export const recordType = { a: 1, incremental: 251, transfer: 252 } as const

const headerBytes = 12
const isResponse = 0x80
const opcodeMask = 0x78
const nameBytesMax = 255
const classInternet = 1

export interface Query {
  readonly id: number
  /** In lower case, without the final dot; empty for the root. Bytes beyond ASCII as they come. */
  readonly name: string
  readonly type: number
  readonly isInternet: boolean
  /** Where the question ends. */
  readonly end: number
}

/** What to make of bytes that should be a query: a query, a code to refuse it with, or not even that. */
export type Parsed = Query | { readonly refuse: number } | undefined

export function parseQuery(packet: Buffer): Parsed {
  // An answer to an answer would be the begin of a quarrel without end.
  if (packet.length < headerBytes || (packet[2]! & isResponse) !== 0) return undefined
  if ((packet[2]! & opcodeMask) !== 0) return { refuse: responseCode.notImplemented }
  const question = packet.readUInt16BE(4) === 1 ? parseQuestion(packet) : undefined
  return question === undefined
    ? { refuse: responseCode.formatError }
    : { id: packet.readUInt16BE(0), ...question }
}

function parseQuestion(packet: Buffer): Omit<Query, 'id'> | undefined {
  const labels: string[] = []
  let at = headerBytes
  for (;;) {
    const length = packet[at]
    // Anything above 63 would be a pointer, and there is nothing yet to point to.
    if (length === undefined || length > 63 || at - headerBytes >= nameBytesMax) return undefined
    at += 1
    if (length === 0) break
    labels.push(packet.toString('latin1', at, at + length).toLowerCase())
    at += length
  }
  const end = at + 4
  if (end > packet.length) return undefined
  return {
    name: labels.join('.'),
    type: packet.readUInt16BE(at),
    isInternet: packet.readUInt16BE(at + 2) === classInternet,
    end,
  }
}

/** `localhost` and all below it (RFC 6761, section 6.3). */
export function isLocalhost({ name }: Query): boolean {
  return name === 'localhost' || name.endsWith('.localhost')
}

/** An answer without records. @param query as it came; of one without a usable question, only the header counts */
export function failure(query: Buffer, code: number): Buffer {
  const parsed = parseQuery(query)
  const end = parsed !== undefined && 'end' in parsed ? parsed.end : headerBytes
  const bytes = Buffer.from(query.subarray(0, end))
  // Recursion desired is given back, recursion available said, everything else is left out.
  bytes[2] = isResponse | (query[2]! & (opcodeMask | 1))
  bytes[3] = 0x80 | code
  bytes.fill(0, 4, headerBytes)
  bytes.writeUInt16BE(end > headerBytes ? 1 : 0, 4)
  return bytes
}

/** `127.0.0.1` for A; for other types that the name has none: nothing of ours listens on ::1. */
export function localhostAnswer(packet: Buffer, query: Query): Buffer {
  const bytes = failure(packet, 0)
  if (query.type !== recordType.a || !query.isInternet) return bytes
  bytes.writeUInt16BE(1, 6)
  // The name as in the question, A, IN, no time to live, four bytes.
  const record = [
    0xc0,
    headerBytes,
    0,
    recordType.a,
    0,
    classInternet,
    0,
    0,
    0,
    0,
    0,
    4,
    127,
    0,
    0,
    1,
  ]
  return Buffer.concat([bytes, Buffer.from(record)])
}

/** Whether a nameserver's packet answers the query that was sent to it. */
export function answers(response: Buffer, sent: Buffer, query: Query): boolean {
  if (response.length < headerBytes || (response[2]! & isResponse) === 0) return false
  if (response.readUInt16BE(0) !== sent.readUInt16BE(0)) return false
  const questions = response.readUInt16BE(4)
  // Who could not read the question may leave it out.
  if (questions === 0) return codeOf(response) === responseCode.formatError
  const parsed = { ...parseQuestion(response) }
  return questions === 1 && parsed.name === query.name && parsed.type === query.type
}

export function codeOf(response: Buffer): number {
  return response[3]! & 0xf
}

/** The same message under another id. */
export function withId(message: Buffer, id: number): Buffer {
  const bytes = Buffer.from(message)
  bytes.writeUInt16BE(id, 0)
  return bytes
}
