/**
 * The nameserver of one sandbox: two sockets that are bound in its namespace, on loopback.
 *
 * What comes from inside is bounded: how fast, how much at once, how long. Beyond a bound queries are dropped,
 * as a network would, and connections closed. Called by: network-thread.ts. Read next: dns-forwarder.ts.
 */
import { createSocket } from 'node:dgram'
import type { RemoteInfo, Socket as UdpSocket } from 'node:dgram'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import type { Clock } from '../../kernel/clock.ts'
import { dnsLimits } from '../limits.ts'
import { framed } from './dns-forwarder.ts'
import type { DnsForwarder, Transport } from './dns-forwarder.ts'

export class DnsService implements AsyncDisposable {
  readonly #forwarder: DnsForwarder
  readonly #clock: Clock
  readonly #udp: UdpSocket
  readonly #tcp: Server
  readonly #connections = new Set<Socket>()
  #outstanding = 0
  #second = { startMs: -Infinity, queries: 0 }
  #closed = false

  /** @param sockets descriptors of a bound and of a listening socket; they are this service's from now on */
  constructor(
    sockets: { readonly dnsUdp: number; readonly dnsTcp: number },
    forwarder: DnsForwarder,
    clock: Clock,
  ) {
    this.#forwarder = forwarder
    this.#clock = clock
    this.#udp = createSocket({
      type: 'udp4',
      lookup: (host, _options, callback) => callback(null, host, 4),
    })
    // What cannot be sent is lost, as anything sent by UDP may be.
    this.#udp.on('error', () => undefined)
    this.#udp.on('message', (packet, from) => void this.#onPacket(packet, from))
    this.#udp.bind({ fd: sockets.dnsUdp })
    this.#tcp = createServer((connection) => this.#onConnection(connection))
    this.#tcp.on('error', () => undefined)
    this.#tcp.maxConnections = dnsLimits.connectionsPerSandboxMax
    this.#tcp.listen({ fd: sockets.dnsTcp })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    for (const connection of this.#connections) connection.destroy()
    await Promise.all([
      new Promise<void>((resolve) => this.#udp.close(() => resolve())),
      new Promise((resolve) => this.#tcp.close(resolve)),
    ])
  }

  async #onPacket(packet: Buffer, from: RemoteInfo): Promise<void> {
    const answer = await this.#answer(packet, 'udp')
    if (answer === undefined || this.#closed) return
    this.#udp.send(answer, from.port, from.address)
  }

  #onConnection(connection: Socket): void {
    this.#connections.add(connection)
    const idle = (): void => void connection.destroy()
    let timer = this.#clock.after(dnsLimits.idleMs, idle)
    connection.on('error', () => undefined)
    connection.once('close', () => {
      timer.cancel()
      this.#connections.delete(connection)
    })
    let received = Buffer.alloc(0)
    connection.on('data', (chunk: Buffer) => {
      timer.cancel()
      timer = this.#clock.after(dnsLimits.idleMs, idle)
      received = Buffer.concat([received, chunk])
      while (received.length >= 2 && !connection.destroyed) {
        const end = 2 + received.readUInt16BE(0)
        if (end > dnsLimits.queryBytesMax) connection.destroy()
        if (end > received.length) break
        void this.#onMessage(received.subarray(2, end), connection)
        received = received.subarray(end)
      }
    })
  }

  async #onMessage(message: Buffer, connection: Socket): Promise<void> {
    const answer = await this.#answer(message, 'tcp')
    // Without an answer to one, the others on this connection would be waited for in vain.
    if (answer === undefined || connection.writableLength > dnsLimits.unsentBytesMax)
      connection.destroy()
    else if (!connection.destroyed) connection.write(framed(answer))
  }

  async #answer(packet: Buffer, transport: Transport): Promise<Buffer | undefined> {
    if (packet.length > dnsLimits.queryBytesMax || !this.#hasRoom()) return undefined
    this.#outstanding += 1
    try {
      return await this.#forwarder.answer(packet, transport)
    } finally {
      this.#outstanding -= 1
    }
  }

  #hasRoom(): boolean {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#second.startMs >= 1_000) this.#second = { startMs: nowMs, queries: 0 }
    this.#second.queries += 1
    return (
      this.#second.queries <= dnsLimits.queriesPerSecondMax &&
      this.#outstanding < dnsLimits.outstandingPerSandboxMax
    )
  }
}
