/**
 * Answers DNS queries of sandboxes: names of localhost by itself, all others by asking the host's nameservers.
 *
 * What it is not: it neither caches nor follows anything, and it knows no sandbox; dns-service.ts does. What
 * comes back is passed on as it came: that a name's address must not be reached is the firewall's affair.
 * Invariant: each query is sent under an id and from a port that are new and random, and only an answer to it
 * from where it went counts. Called by: dns-service.ts. Read next: dns-message.ts.
 */
import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect, isIPv6 } from 'node:net'
import type { Clock } from '../../kernel/clock.ts'
import { dnsLimits } from '../limits.ts'
import {
  answers,
  codeOf,
  failure,
  isLocalhost,
  localhostAnswer,
  parseQuery,
  recordType,
  responseCode,
  withId,
} from './dns-message.ts'
import type { Query } from './dns-message.ts'
import type { Nameserver } from './nameservers.ts'

export type Transport = 'udp' | 'tcp'

export interface DnsForwarderOptions {
  /** `localhost`: every other name is refused. */
  readonly names: 'all' | 'localhost'
  readonly nameservers: () => readonly Nameserver[]
  readonly clock: Clock
}

export class DnsForwarder {
  readonly #options: DnsForwarderOptions
  #outstanding = 0

  constructor(options: DnsForwarderOptions) {
    this.#options = options
  }

  /** Never rejects. Resolves with undefined for what deserves no answer. */
  async answer(packet: Buffer, transport: Transport): Promise<Buffer | undefined> {
    const query = parseQuery(packet)
    if (query === undefined) return undefined
    if ('refuse' in query) return failure(packet, query.refuse)
    if (isLocalhost(query)) return localhostAnswer(packet, query)
    const isTransfer = query.type === recordType.transfer || query.type === recordType.incremental
    if (this.#options.names === 'localhost' || isTransfer)
      return failure(packet, responseCode.refused)
    // Of all sandboxes together: a socket each. Whoever asks again finds room, or nameservers that are slow.
    if (this.#outstanding >= dnsLimits.outstandingMax)
      return failure(packet, responseCode.serverFailure)
    this.#outstanding += 1
    try {
      const response = await this.#ask(packet, query, transport)
      return response === undefined
        ? failure(packet, responseCode.serverFailure)
        : withId(response, query.id)
    } finally {
      this.#outstanding -= 1
    }
  }

  /** One nameserver after another, at least twice in all, until one knows. */
  async #ask(packet: Buffer, query: Query, transport: Transport): Promise<Buffer | undefined> {
    const nameservers = this.#options.nameservers()
    let last: Buffer | undefined
    for (let round = 0; round < Math.max(2, nameservers.length); round++) {
      const nameserver = nameservers[round % nameservers.length]
      if (nameserver === undefined) break
      const sent = withId(packet, randomInt(0x10000))
      const exchange = transport === 'udp' ? exchangeUdp : exchangeTcp
      const isAnswer = (response: Buffer): boolean => answers(response, sent, query)
      const response = await exchange(nameserver, sent, isAnswer, this.#options.clock)
      if (response === undefined) continue
      if (!isUnhelpful(response)) return response
      last = response
    }
    return last
  }
}

/** The C library goes on to the next nameserver then, too. */
function isUnhelpful(response: Buffer): boolean {
  const code = codeOf(response)
  return (
    code === responseCode.serverFailure ||
    code === responseCode.notImplemented ||
    code === responseCode.refused
  )
}

/** @returns undefined when no answer came in time, or the nameserver cannot be reached */
type Exchange = (
  nameserver: Nameserver,
  sent: Buffer,
  isAnswer: (response: Buffer) => boolean,
  clock: Clock,
) => Promise<Buffer | undefined>

const exchangeUdp: Exchange = (nameserver, sent, isAnswer, clock) =>
  new Promise((resolve) => {
    const socket = createSocket({
      type: isIPv6(nameserver.address) ? 'udp6' : 'udp4',
      // It is an address: nothing to look up.
      lookup: (host, _options, callback) => callback(null, host, isIPv6(host) ? 6 : 4),
    })
    let isOver = false
    const finish = (response: Buffer | undefined): void => {
      if (isOver) return
      isOver = true
      timer.cancel()
      socket.close()
      resolve(response)
    }
    const timer = clock.after(dnsLimits.tryMs, () => finish(undefined))
    // Connected, so that the kernel lets through what comes from there alone, and tells of a closed port.
    socket.on('error', () => finish(undefined))
    socket.once('connect', () => {
      if (!isOver) socket.send(sent)
    })
    socket.on('message', (response) => {
      if (isAnswer(response)) finish(response)
    })
    socket.connect(nameserver.port, nameserver.address)
  })

const exchangeTcp: Exchange = (nameserver, sent, isAnswer, clock) =>
  new Promise((resolve) => {
    const socket = connect({ host: nameserver.address, port: nameserver.port })
    const timer = clock.after(dnsLimits.tryMs, () => socket.destroy())
    let received = Buffer.alloc(0)
    let response: Buffer | undefined
    socket.once('close', () => {
      timer.cancel()
      resolve(response)
    })
    // The close that follows is what counts.
    socket.on('error', () => undefined)
    socket.write(framed(sent))
    // At most one message is waited for, which bounds what is kept.
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return
      const message = received.subarray(2, 2 + received.readUInt16BE(0))
      if (isAnswer(message)) response = message
      socket.destroy()
    })
  })

/** As it goes over TCP: after its length. RFC 1035, section 4.2.2. */
export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(message.length)
  return Buffer.concat([length, message])
}
