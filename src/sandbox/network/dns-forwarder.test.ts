/** Against nameservers of all kinds, on the loopback. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from '../../../test/kit/fast-check.ts'
import { FakeClock } from '../../../test/kit/fake-clock.ts'
import { systemClock } from '../../kernel/clock.ts'
import { dnsLimits } from '../limits.ts'
import { DnsForwarder } from './dns-forwarder.ts'
import { codeOf } from './dns-message.ts'
import { FakeNameserver, query, response } from './dns-test-support.ts'
import type { Nameserver } from './nameservers.ts'

const address = '192.0.2.1'
const code = { serverFailure: 2, refused: 5 }

function forwarder(nameservers: readonly Nameserver[], clock = systemClock): DnsForwarder {
  return new DnsForwarder({ names: 'all', nameservers: () => nameservers, clock })
}

describe('the DNS forwarder', () => {
  for (const transport of ['udp', 'tcp'] as const) {
    it(`passes answers on as they come, by ${transport}`, async () => {
      await using server = await FakeNameserver.start((packet, by) =>
        by === transport ? [response(packet, address)] : [],
      )
      const packet = query('example.com', 1, 4711)
      const answer = await forwarder([server.nameserver]).answer(packet, transport)
      assert.deepEqual(answer, response(packet, address))
    })
  }

  it('asks under another id each time', async () => {
    await using server = await FakeNameserver.start((packet) => [response(packet, address)])
    const dns = forwarder([server.nameserver])
    const packet = query('example.com', 1, 4711)
    for (let index = 0; index < 20; index++) await dns.answer(packet, 'udp')
    const ids = new Set(server.received.map((each) => each.readUInt16BE(0)))
    assert.ok(ids.size > 15, `${ids.size} ids in 20 queries`)
    assert.deepEqual(server.received[0]?.subarray(2), packet.subarray(2))
  })

  it('takes none but the answer to its question', async () => {
    await using server = await FakeNameserver.start((packet) => {
      const wrongId = response(packet, '203.0.113.1')
      wrongId.writeUInt16BE(wrongId.readUInt16BE(0) ^ 1)
      const wrongName = response(query('example.org', 1, packet.readUInt16BE(0)), '203.0.113.2')
      return [wrongId, wrongName, packet, Buffer.alloc(0), response(packet, address)]
    })
    const packet = query('example.com')
    assert.deepEqual(
      await forwarder([server.nameserver]).answer(packet, 'udp'),
      response(packet, address),
    )
  })

  it('survives nameservers that send anything', async () => {
    let bytes = Buffer.alloc(0)
    await using server = await FakeNameserver.start((packet) => [bytes, response(packet, address)])
    const dns = forwarder([server.nameserver])
    const packet = query('example.com')
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (some) => {
        bytes = Buffer.from(some)
        assert.deepEqual(await dns.answer(packet, 'udp'), response(packet, address))
      }),
    )
  })

  it('goes on to the next nameserver from one that fails, refuses or is not there', async () => {
    await using failing = await FakeNameserver.start((packet) => [response(packet, { code: 2 })])
    await using refusing = await FakeNameserver.start((packet) => [response(packet, { code: 5 })])
    await using knowing = await FakeNameserver.start((packet) => [response(packet, address)])
    const closed = await FakeNameserver.start(() => [])
    await closed[Symbol.asyncDispose]()
    const packet = query('example.com')
    for (const transport of ['udp', 'tcp'] as const) {
      for (const { nameserver } of [failing, refusing, closed]) {
        const answer = await forwarder([nameserver, knowing.nameserver]).answer(packet, transport)
        assert.deepEqual(answer, response(packet, address))
      }
      const refused = await forwarder([refusing.nameserver]).answer(packet, transport)
      assert.equal(codeOf(refused!), code.refused)
      const nobody = await forwarder([closed.nameserver]).answer(packet, transport)
      assert.equal(codeOf(nobody!), code.serverFailure)
    }
  })

  it('keeps a name that is not there for an answer', async () => {
    await using server = await FakeNameserver.start((packet) => [response(packet, { code: 3 })])
    const answer = await forwarder([server.nameserver]).answer(query('no.example'), 'udp')
    assert.equal(codeOf(answer!), 3)
    assert.equal(server.received.length, 1)
  })

  it('does not wait for ever, asks twice, and makes room again', async () => {
    for (const transport of ['udp', 'tcp'] as const) {
      let heard: () => void = () => undefined
      await using server = await FakeNameserver.start(() => {
        heard()
        return []
      })
      const clock = new FakeClock()
      const dns = forwarder([server.nameserver], clock)
      for (let round = 0; round < 2; round++) {
        let answer: Buffer | undefined
        const asked = Promise.withResolvers<void>()
        heard = asked.resolve
        const done = dns.answer(query('example.com'), transport).then((each) => (answer = each))
        await asked.promise
        const again = Promise.withResolvers<void>()
        heard = again.resolve
        clock.advance(dnsLimits.tryMs)
        await again.promise
        assert.equal(answer, undefined)
        clock.advance(dnsLimits.tryMs)
        await done
        assert.equal(codeOf(answer!), code.serverFailure)
      }
      assert.equal(server.received.length, 4)
    }
  })

  it('fails beyond what may wait at once', async () => {
    await using server = await FakeNameserver.start(() => [])
    const clock = new FakeClock()
    const dns = forwarder([server.nameserver], clock)
    const waiting = Array.from({ length: dnsLimits.outstandingMax }, (_, index) =>
      dns.answer(query(`n${index}.example`), 'udp'),
    )
    assert.equal(codeOf((await dns.answer(query('more.example'), 'udp'))!), code.serverFailure)
    const over = Promise.all(waiting).then(() => 'over')
    const turn = async (): Promise<string> => {
      clock.advance(dnsLimits.tryMs)
      return await new Promise((resolve) => setImmediate(resolve, 'not yet'))
    }
    while ((await Promise.race([over, turn()])) !== 'over');
  })

  it('answers for localhost itself, refuses transfers, and asks nobody for either', async () => {
    await using server = await FakeNameserver.start((packet) => [response(packet, address)])
    const dns = forwarder([server.nameserver])
    const local = await dns.answer(query('x.lambda-url.eu-west-1.localhost'), 'udp')
    assert.deepEqual(local?.subarray(-4), Buffer.from([127, 0, 0, 1]))
    for (const type of [251, 252])
      assert.equal(codeOf((await dns.answer(query('example.com', type), 'tcp'))!), code.refused)
    assert.equal(server.received.length, 0)
  })

  it('refuses every other name where there is no way to the network', async () => {
    await using server = await FakeNameserver.start((packet) => [response(packet, address)])
    const nameservers = () => [server.nameserver]
    const dns = new DnsForwarder({ names: 'localhost', nameservers, clock: systemClock })
    assert.equal(codeOf((await dns.answer(query('example.com'), 'udp'))!), code.refused)
    assert.equal(codeOf((await dns.answer(query('localhost'), 'udp'))!), 0)
    assert.equal(server.received.length, 0)
  })
})
