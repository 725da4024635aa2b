/**
 * rtnetlink: how the kernel is told of links, addresses, routes and neighbours, without starting `ip` (2 ms of a
 * processor for each call; a whole message here takes microseconds).
 *
 * What it is not: it knows the wire format and no more; links.ts knows what to say. Invariant: `request` returns
 * once the kernel has answered everything. Called by: links.ts. Source: netlink(7), linux/netlink.h.
 */
import { closeSync } from 'node:fs'
import { endianness } from 'node:os'
import { assert } from '../../kernel/assert.ts'
import { SystemCallError } from '../c-library.ts'
import { family, openSocket, receive, send, socketType } from './libc.ts'

const flags = { request: 0x1, ack: 0x4, dump: 0x300, exclusive: 0x200, create: 0x400 } as const
const errorType = 2
const doneType = 3
const headerBytes = 16
const netlinkRoute = 0
/** The kernel's own dumps come in pieces of 32 KiB at most. */
const receiveBytes = 65_536

/** `create` fails when it is there already; `change` also finds and removes. */
export type Action = 'create' | 'change' | 'dump'

export interface Message {
  readonly type: number
  readonly action: Action
  /** The family's own header and attributes. */
  readonly body: Buffer
  /** For an error's words: `adding the route`. */
  readonly label: string
}

export interface Reply {
  readonly type: number
  readonly body: Buffer
}

const actionFlags: Readonly<Record<Action, number>> = {
  create: flags.request | flags.ack | flags.create | flags.exclusive,
  change: flags.request | flags.ack,
  dump: flags.request | flags.dump,
}

/** Length, type, value, padding to four bytes. */
export function attribute(type: number, ...values: readonly Buffer[]): Buffer {
  const length = values.reduce((sum, value) => sum + value.length, 4)
  assert(length <= 0xffff, 'a netlink attribute is at most 64 KiB')
  const bytes = Buffer.alloc(aligned(length))
  bytes.writeUInt16LE(length)
  bytes.writeUInt16LE(type, 2)
  Buffer.concat(values).copy(bytes, 4)
  return bytes
}

/** Of what follows a family's header: value by type. Stops where the bytes make no sense. */
export function attributesOf(bytes: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>()
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = bytes.readUInt16LE(at)
    if (length < 4 || at + length > bytes.length) break
    found.set(bytes.readUInt16LE(at + 2), bytes.subarray(at + 4, at + length))
    at += aligned(length)
  }
  return found
}

/** The messages one after another, numbered from 1. */
export function encode(messages: readonly Message[]): Buffer {
  const parts = messages.flatMap(({ type, action, body }, index) => {
    const header = Buffer.alloc(headerBytes)
    header.writeUInt32LE(headerBytes + body.length)
    header.writeUInt16LE(type, 4)
    header.writeUInt16LE(actionFlags[action], 6)
    header.writeUInt32LE(index + 1, 8)
    return [header, body, Buffer.alloc(aligned(body.length) - body.length)]
  })
  return Buffer.concat(parts)
}

/** A route socket of the namespace that the thread is in when it is opened, and for good. */
export class RouteSocket implements Disposable {
  readonly #descriptor: number
  readonly #received = Buffer.alloc(receiveBytes)

  constructor() {
    // The messages are in the machine's byte order. Machines that run our Node.js have this one.
    assert(endianness() === 'LE', 'netlink messages are written for little-endian machines')
    this.#descriptor = openSocket(family.netlink, socketType.raw, netlinkRoute)
  }

  /**
   * Sends all at once and reads the answers: one message that fails does not keep the kernel from the rest.
   * @returns what the kernel has told, acknowledgements aside
   * @throws SystemCallError of the first that failed
   */
  request(...messages: readonly Message[]): Reply[] {
    send(this.#descriptor, encode(messages))
    const replies: Reply[] = []
    let failure: SystemCallError | undefined
    for (let unanswered = messages.length; unanswered > 0;) {
      const bytes = this.#received.subarray(0, receive(this.#descriptor, this.#received))
      for (const { type, sequence, body } of decode(bytes)) {
        if (type !== errorType && type !== doneType) {
          replies.push({ type, body: Buffer.from(body) })
          continue
        }
        unanswered -= 1
        const errno = -body.readInt32LE()
        if (errno !== 0) failure ??= new SystemCallError(messages[sequence - 1]!.label, errno)
      }
    }
    if (failure !== undefined) throw failure
    return replies
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor)
  }
}

function* decode(bytes: Buffer) {
  for (let at = 0; at + headerBytes <= bytes.length;) {
    const length = bytes.readUInt32LE(at)
    assert(length >= headerBytes && at + length <= bytes.length, 'the kernel sends whole messages')
    const body = bytes.subarray(at + headerBytes, at + length)
    yield { type: bytes.readUInt16LE(at + 4), sequence: bytes.readUInt32LE(at + 8), body }
    at += aligned(length)
  }
}

function aligned(length: number): number {
  return (length + 3) & ~3
}
