/** What the nameserver of one sandbox stands, on sockets of its own on the loopback. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import type { Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { describe, it } from 'node:test'
import fc from '../../../test/kit/fast-check.ts'
import { FakeClock } from '../../../test/kit/fake-clock.ts'
import type { Clock } from '../../kernel/clock.ts'
import { systemClock } from '../../kernel/clock.ts'
import { dnsLimits } from '../limits.ts'
import { DnsForwarder, framed } from './dns-forwarder.ts'
import { codeOf } from './dns-message.ts'
import { DnsService } from './dns-service.ts'
import { FakeNameserver, query, response } from './dns-test-support.ts'
import type { Behaviour } from './dns-test-support.ts'
import { bindIpv4, family, listen, openSocket, socketType } from './libc.ts'
import { until } from './test-support.ts'

const address = '192.0.2.1'
const knowing: Behaviour = (packet) => [response(packet, address)]

/** A service, its nameserver and a client of each kind. */
class World implements AsyncDisposable {
  readonly port: number
  readonly upstream: FakeNameserver
  readonly udp: UdpSocket
  readonly #service: DnsService

  private constructor(port: number, upstream: FakeNameserver, clock: Clock) {
    this.port = port
    this.upstream = upstream
    const dnsUdp = openSocket(family.inet, socketType.datagram, 0)
    bindIpv4(dnsUdp, '127.0.0.1', port)
    const dnsTcp = openSocket(family.inet, socketType.stream, 0)
    bindIpv4(dnsTcp, '127.0.0.1', port)
    listen(dnsTcp, 16)
    const nameservers = () => [upstream.nameserver]
    const forwarder = new DnsForwarder({ names: 'all', nameservers, clock: systemClock })
    this.#service = new DnsService({ dnsUdp, dnsTcp }, forwarder, clock)
    this.udp = createSocket('udp4')
  }

  static async open(behaviour = knowing, clock: Clock = systemClock): Promise<World> {
    const probe = createServer().listen(0, '127.0.0.1')
    await once(probe, 'listening')
    const { port } = probe.address() as AddressInfo
    probe.close()
    await once(probe, 'close')
    const world = new World(port, await FakeNameserver.start(behaviour), clock)
    world.udp.connect(port, '127.0.0.1')
    await once(world.udp, 'connect')
    return world
  }

  async connect(): Promise<Socket> {
    const socket = connect(this.port, '127.0.0.1')
    await once(socket, 'connect')
    return socket
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.udp.close()
    await this.#service[Symbol.asyncDispose]()
    await this.upstream[Symbol.asyncDispose]()
  }
}

/** The next whole messages that come over a connection. */
async function* messages(socket: Socket): AsyncGenerator<Buffer> {
  let received = Buffer.alloc(0)
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk as Buffer])
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const end = 2 + received.readUInt16BE(0)
      yield received.subarray(2, end)
      received = received.subarray(end)
    }
  }
}

describe('the nameserver of a sandbox', { timeout: 60_000 }, () => {
  it('answers packets, and goes on after any that are none', async () => {
    await using world = await World.open()
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (bytes) => {
        const got = Promise.withResolvers<Buffer>()
        const asked = query('www.example.com', 1, 0xbeef)
        const listener = (packet: Buffer): void => {
          if (packet.equals(response(asked, address))) got.resolve(packet)
        }
        world.udp.on('message', listener)
        world.udp.send(bytes)
        world.udp.send(asked)
        await got.promise
        world.udp.off('message', listener)
      }),
    )
  })

  it('answers messages over TCP in pieces and in a row', async () => {
    await using world = await World.open()
    const socket = await world.connect()
    const all = Buffer.concat([
      framed(query('localhost', 1, 1)),
      framed(query('a.localhost', 28, 2)),
      framed(query('example.com', 1, 3)),
    ])
    for (const byte of all.subarray(0, 40)) socket.write(Buffer.from([byte]))
    socket.write(all.subarray(40))
    const ids = new Set<number>()
    for await (const message of messages(socket)) {
      ids.add(message.readUInt16BE(0))
      assert.equal(codeOf(message), 0)
      if (ids.size === 3) break
    }
    assert.deepEqual(ids, new Set([1, 2, 3]))
  })

  it('closes connections that send no queries, and serves others', async () => {
    await using world = await World.open()
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 4, maxLength: 60 }), async (bytes) => {
        const socket = await world.connect()
        socket.on('error', () => undefined)
        socket.end(Buffer.concat([Buffer.from([0, bytes.length]), bytes]))
        socket.resume()
        await once(socket, 'close')
      }),
      { numRuns: 30 },
    )
    const tooLong = await world.connect()
    tooLong.on('error', () => undefined)
    tooLong.write(Buffer.from([0xff, 0xff, 1]))
    await once(tooLong, 'close')
    const socket = await world.connect()
    socket.write(framed(query('localhost')))
    for await (const message of messages(socket)) {
      assert.equal(codeOf(message), 0)
      break
    }
  })

  it('closes connections that say nothing', async () => {
    const clock = new FakeClock()
    await using world = await World.open(knowing, clock)
    const socket = await world.connect()
    socket.write(framed(query('localhost')))
    // It has been accepted, and its time runs.
    await once(socket, 'data')
    clock.advance(dnsLimits.idleMs)
    await once(socket, 'close')
  })

  it('has no more connections than it may', async () => {
    await using world = await World.open()
    const sockets: Socket[] = []
    for (let index = 0; index < dnsLimits.connectionsPerSandboxMax; index++) {
      const socket = await world.connect()
      socket.write(framed(query('localhost')))
      await once(socket, 'data')
      sockets.push(socket)
    }
    const tooMany = await world.connect()
    tooMany.on('error', () => undefined)
    tooMany.resume()
    await once(tooMany, 'close')
    assert.ok(sockets.every((socket) => !socket.destroyed))
    for (const socket of sockets) socket.destroy()
  })

  it('drops what is beyond its rate, until the next second', async () => {
    const clock = new FakeClock()
    await using world = await World.open(knowing, clock)
    let answers = 0
    world.udp.on('message', () => void (answers += 1))
    for (let asked = 0; asked < dnsLimits.queriesPerSecondMax;) {
      // Little by little: the sockets' buffers are bounded, too.
      for (let index = 0; index < 32; index++) world.udp.send(query('localhost'))
      asked += 32
      await until(() => answers === asked)
    }
    world.udp.send(query('localhost'))
    // Answered only when the ones before have been looked at.
    const socket = await world.connect()
    socket.on('error', () => undefined)
    socket.write(framed(query('localhost')))
    socket.resume()
    await once(socket, 'close')
    assert.equal(answers, dnsLimits.queriesPerSecondMax)
    clock.advance(1_000)
    world.udp.send(query('localhost'))
    await until(() => answers > dnsLimits.queriesPerSecondMax)
  })

  it('waits for no more than it may at once', async () => {
    await using world = await World.open(() => [])
    for (let index = 0; index < dnsLimits.outstandingPerSandboxMax + 20; index++)
      world.udp.send(query(`n${index}.example`))
    const names = () =>
      new Set(world.upstream.received.map((packet) => packet.toString('latin1', 12)))
    await until(() => names().size >= dnsLimits.outstandingPerSandboxMax)
    // All have been looked at when a connection that came after them is closed for the same reason.
    const socket = await world.connect()
    socket.on('error', () => undefined)
    socket.write(framed(query('more.example')))
    socket.resume()
    await once(socket, 'close')
    assert.equal(names().size, dnsLimits.outstandingPerSandboxMax)
  })
})
