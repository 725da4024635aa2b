import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { InvalidArgumentError } from 'commander'
import { readCount, readPort, readSince, readVariable } from './options.ts'

describe('options', () => {
  it('read what they say', () => {
    assert.equal(readPort('0'), 0)
    assert.equal(readPort('65535'), 65_535)
    assert.equal(readCount('128'), 128)
    assert.deepEqual(
      ['90s', '10m', '2h', '1d'].map(readSince),
      [-90_000, -600_000, -7_200_000, -86_400_000],
    )
    assert.equal(readSince('2026-07-01T12:00:00Z'), Date.UTC(2026, 6, 1, 12))
    assert.deepEqual(readVariable('B=2=3', readVariable('AA=')), { AA: '', B: '2=3' })
  })

  it('refuse in words what they do not', () => {
    const bad: (() => unknown)[] = [
      ...['-1', '65536', '80x', ''].map((text) => () => readPort(text)),
      ...['', '1.5', '-1', '12345678'].map((text) => () => readCount(text)),
      ...['', 'soon', '10', '5w', '-1h'].map((text) => () => readSince(text)),
      ...['', 'A', '=1'].map((text) => () => readVariable(text)),
    ]
    for (const read of bad) assert.throws(read, InvalidArgumentError)
  })
})
