import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from '../../../test/kit/fast-check.ts'
import {
  answers,
  codeOf,
  failure,
  isLocalhost,
  localhostAnswer,
  parseQuery,
  withId,
} from './dns-message.ts'
import type { Query } from './dns-message.ts'
import { query, response } from './dns-test-support.ts'

const parsed = (packet: Buffer): Query => {
  const result = parseQuery(packet)
  assert.ok(result !== undefined && 'name' in result)
  return result
}

/** Random bytes that begin like a query more often than chance has it. */
const hostile = fc.oneof(
  fc.uint8Array({ maxLength: 600 }),
  fc
    .tuple(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 40 }), fc.nat(60))
    .map(([name, noise, at]) => {
      const bytes = Buffer.concat([query('').subarray(0, 12), name])
      Buffer.from(noise).copy(bytes, Math.min(at, bytes.length))
      return bytes
    }),
  fc.tuple(fc.nat(40), fc.nat(255)).map(([at, byte]) => {
    const bytes = query('www.example.com')
    bytes[at % bytes.length] = byte
    return bytes
  }),
)

describe('parseQuery', () => {
  it('reads the one question', () => {
    const packet = query('WWW.Example.com', 28, 7)
    assert.deepEqual(parsed(packet), {
      id: 7,
      name: 'www.example.com',
      type: 28,
      isInternet: true,
      end: packet.length,
    })
    assert.equal(parsed(query('')).name, '')
  })

  it('refuses what is no query of one question, and says nothing to answers', () => {
    const changed = (at: number, byte: number): Buffer => {
      const packet = query('example.com')
      packet[at] = byte
      return packet
    }
    assert.equal(parseQuery(changed(2, 0x81)), undefined)
    assert.equal(parseQuery(Buffer.alloc(11)), undefined)
    // A dynamic update; two questions; a label that is a pointer; one that ends behind the packet.
    assert.deepEqual(parseQuery(changed(2, 0x28)), { refuse: 4 })
    assert.deepEqual(parseQuery(changed(5, 2)), { refuse: 1 })
    assert.deepEqual(parseQuery(changed(12, 0xc0)), { refuse: 1 })
    assert.deepEqual(parseQuery(query('example.com').subarray(0, 20)), { refuse: 1 })
    const tooLong = Array.from({ length: 5 }, () => 'x'.repeat(60)).join('.')
    assert.deepEqual(parseQuery(query(tooLong)), { refuse: 1 })
  })

  it('survives any bytes, and so do the answers made of them', () => {
    fc.assert(
      fc.property(hostile, (bytes) => {
        const packet = Buffer.from(bytes)
        const result = parseQuery(packet)
        if (result === undefined) return
        const answer = failure(packet, 2)
        assert.equal(answer.readUInt16BE(0), packet.readUInt16BE(0))
        assert.equal(codeOf(answer), 2)
        assert.equal(parseQuery(answer), undefined)
        assert.ok(answer.length <= packet.length)
        if ('refuse' in result) return
        assert.ok(result.end <= packet.length)
        assert.ok(answers(answer, packet, result))
        assert.ok(answers(localhostAnswer(packet, result), packet, result))
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('names of localhost', () => {
  it('are localhost and all below it', () => {
    const is = (name: string): boolean => isLocalhost(parsed(query(name)))
    assert.ok(is('localhost') && is('LocalHost') && is('abc.lambda-url.us-east-1.localhost'))
    assert.ok(!is('localhost.example.com') && !is('notlocalhost') && !is(''))
  })

  it('have 127.0.0.1, and nothing of any other type', () => {
    const a = query('x.localhost')
    assert.deepEqual(localhostAnswer(a, parsed(a)).subarray(-4), Buffer.from([127, 0, 0, 1]))
    const aaaa = query('x.localhost', 28)
    const empty = localhostAnswer(aaaa, parsed(aaaa))
    assert.deepEqual([codeOf(empty), empty.readUInt16BE(6)], [0, 0])
  })
})

describe('answers', () => {
  const sent = query('example.com', 1, 99)
  const asked = parsed(sent)

  it('accepts what answers the query, in whatever case', () => {
    assert.ok(answers(response(sent, '192.0.2.1'), sent, asked))
    assert.ok(answers(response(query('EXAMPLE.com', 1, 99), '192.0.2.1'), sent, asked))
    assert.ok(answers(failure(sent, 1).fill(0, 4, 6).subarray(0, 12), sent, asked))
  })

  it('accepts nothing else', () => {
    assert.ok(!answers(sent, sent, asked))
    assert.ok(!answers(withId(response(sent, '192.0.2.1'), 98), sent, asked))
    assert.ok(!answers(response(query('example.org', 1, 99), '192.0.2.1'), sent, asked))
    assert.ok(!answers(response(query('example.com', 28, 99), '192.0.2.1'), sent, asked))
    assert.ok(!answers(failure(sent, 0).fill(0, 4, 6), sent, asked))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        assert.ok(!answers(Buffer.from(bytes), sent, asked))
      }),
    )
  })
})
