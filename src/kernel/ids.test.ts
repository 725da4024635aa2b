import assert from 'node:assert/strict'
import { it } from 'node:test'
import { isUuid, newRequestId, newTraceId, newUuid, randomBase32, randomHex } from './ids.ts'

/** More than the block that randomness is drawn in has room for. */
const many = Array.from({ length: 1000 })

it('makes each id once, in its form', () => {
  const makers: readonly (readonly [() => string, RegExp])[] = [
    [newRequestId, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
    [newUuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
    [() => randomHex(15), /^[0-9a-f]{15}$/],
    [() => randomBase32(17), /^[A-Z2-7]{17}$/],
    [
      () => newTraceId(1_795_255_200_999),
      /^Root=1-6b016ba0-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/,
    ],
  ]
  for (const [make, form] of makers) {
    const made = many.map(make)
    for (const id of made) assert.match(id, form)
    assert.equal(new Set(made).size, many.length)
  }
})

it('writes the time of a trace with eight digits', () => {
  assert.match(newTraceId(255_000), /^Root=1-000000ff-/)
})

it('knows a UUID', () => {
  assert.ok(isUuid(newUuid()))
  assert.ok(isUuid(newUuid().toUpperCase()))
  for (const text of [
    '',
    'x',
    `${newUuid()}0`,
    newUuid().replaceAll('-', ''),
    ` ${newUuid()}`,
    `${newUuid()}\n`,
  ]) {
    assert.equal(isUuid(text), false, text)
  }
})
