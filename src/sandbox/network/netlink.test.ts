/** The wire format; that the kernel understands it is for namespace.test.ts. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from '../../../test/kit/fast-check.ts'
import { foreignRoutes, linkUp, ourRouteProtocol, routeTo } from './links.ts'
import { attribute, attributesOf, encode } from './netlink.ts'

describe('netlink attributes', () => {
  it('are read as they were written', () => {
    const attributes = fc.uniqueArray(
      fc.record({ type: fc.integer({ min: 1, max: 0x3fff }), value: fc.uint8Array() }),
      { selector: ({ type }) => type },
    )
    fc.assert(
      fc.property(attributes, (written) => {
        const bytes = written.map(({ type, value }) => attribute(type, Buffer.from(value)))
        const read = attributesOf(Buffer.concat(bytes))
        const expected = written.map(({ type, value }) => [type, Buffer.from(value)])
        assert.deepEqual([...read], expected)
      }),
    )
  })

  it('of any bytes are read without going beyond them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const found = attributesOf(Buffer.from(bytes))
        const total = [...found.values()].reduce((sum, value) => sum + value.length, 0)
        assert.ok(total <= bytes.length)
      }),
    )
  })
})

describe('netlink messages', () => {
  it('are as ip route and ip link send them', () => {
    // Source: strace of `ip route add 198.18.0.2 dev lo proto 76 scope link` and `ip link set lo up`.
    const route =
      '2c00000018000506' +
      '01000000' +
      '00000000' +
      '02200000fe4cfd01' +
      '00000000' +
      '08000100c6120002' +
      '0800040001000000'
    assert.equal(encode([routeTo('198.18.0.2', 1)]).toString('hex'), route)
    const up =
      '2000000010000500' +
      '01000000' +
      '00000000' +
      '00000000' +
      '01000000' +
      '01000000' +
      '01000000'
    assert.equal(encode([linkUp(1)]).toString('hex'), up)
  })

  it('are numbered when sent together', () => {
    const both = encode([linkUp(1), linkUp(2)])
    assert.deepEqual([both.readUInt32LE(8), both.readUInt32LE(32 + 8)], [1, 2])
  })
})

describe('foreignRoutes', () => {
  it('leaves out our own, and what is not IPv4', () => {
    const route = (
      familyNumber: number,
      length: number,
      protocol: number,
      destination?: string,
    ) => {
      const header = Buffer.alloc(12)
      Buffer.from([familyNumber, length, 0, 0, 254, protocol]).copy(header)
      const address = Buffer.from((destination ?? '').split('.').map(Number))
      const rest = destination === undefined ? Buffer.alloc(0) : attribute(1, address)
      return { type: 24, body: Buffer.concat([header, rest]) }
    }
    const replies = [
      route(2, 24, 2, '192.0.2.0'),
      route(2, 0, 3),
      route(2, 32, ourRouteProtocol, '198.18.0.2'),
      route(10, 64, 2, '0.0.0.0'),
      { type: 3, body: Buffer.alloc(4) },
    ]
    assert.deepEqual(foreignRoutes(replies), [
      { address: '192.0.2.0', length: 24 },
      { address: '0.0.0.0', length: 0 },
    ])
  })
})
