/** DNS messages and nameservers for tests. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { framed } from './dns-forwarder.ts'
import type { Nameserver } from './nameservers.ts'

function question(name: string, type: number): Buffer {
  const labels = name.split('.').filter((label) => label !== '')
  const parts = labels.map((label) => Buffer.from([label.length, ...Buffer.from(label, 'latin1')]))
  return Buffer.concat([...parts, Buffer.from([0, type >> 8, type & 0xff, 0, 1])])
}

/** Asks, with recursion. */
export function query(name: string, type = 1, id = 0x1234): Buffer {
  const header = Buffer.alloc(12)
  header.writeUInt16BE(id)
  header.writeUInt16BE(0x0100, 2)
  header.writeUInt16BE(1, 4)
  return Buffer.concat([header, question(name, type)])
}

/** Answers with an A record, or with a code and nothing. */
export function response(to: Buffer, answer: string | { readonly code: number }): Buffer {
  const bytes = Buffer.from(to)
  const isAddress = typeof answer === 'string'
  bytes.writeUInt16BE(0x8180 | (isAddress ? 0 : answer.code), 2)
  if (!isAddress) return bytes
  bytes.writeUInt16BE(1, 6)
  const record = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...answer.split('.').map(Number)]
  return Buffer.concat([bytes, Buffer.from(record)])
}

/** What a nameserver sends back for what it gets; undefined for nothing. */
export type Behaviour = (packet: Buffer, transport: 'udp' | 'tcp') => readonly Buffer[]

/** A nameserver on the loopback, UDP and TCP on the same port. */
export class FakeNameserver implements AsyncDisposable {
  readonly #udp = createSocket('udp4')
  readonly #tcp = createServer()
  readonly nameserver: Nameserver
  /** Every packet and message it got. */
  readonly received: Buffer[]

  private constructor(port: number, received: Buffer[]) {
    this.nameserver = { address: '127.0.0.1', port }
    this.received = received
  }

  static async start(behaviour: Behaviour): Promise<FakeNameserver> {
    const probe = createServer().listen(0, '127.0.0.1')
    await once(probe, 'listening')
    const { port } = probe.address() as AddressInfo
    probe.close()
    await once(probe, 'close')
    const server = new FakeNameserver(port, [])
    server.#udp.on('message', (packet, from) => {
      server.received.push(packet)
      for (const answer of behaviour(packet, 'udp'))
        server.#udp.send(answer, from.port, from.address)
    })
    server.#tcp.on('connection', (connection) => {
      connection.on('error', () => undefined)
      connection.on('data', (chunk: Buffer) => {
        server.received.push(chunk.subarray(2))
        for (const answer of behaviour(chunk.subarray(2), 'tcp')) connection.write(framed(answer))
      })
    })
    server.#udp.bind(port, '127.0.0.1')
    server.#tcp.listen(port, '127.0.0.1')
    await Promise.all([once(server.#udp, 'listening'), once(server.#tcp, 'listening')])
    return server
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#udp.close()
    this.#tcp.close()
    await Promise.all([once(this.#udp, 'close'), once(this.#tcp, 'close')])
  }
}
