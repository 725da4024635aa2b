import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeClock } from '../../test/kit/fake-clock.ts'
import type { Store } from '../store/store.ts'
import { LastUses } from './last-uses.ts'
import { cachedKeysMax } from './limits.ts'

/** A store of which only the fast lane is used: statements are compiled without one. */
function fakeStore(write: () => Promise<void>): Store {
  const builder: object = new Proxy(() => undefined, { get: () => () => builder })
  return { reader: () => builder, write } as unknown as Store
}

test('a note that could not be written is tried again at the next use', async () => {
  const outcomes = [Promise.reject(new Error('full')), Promise.resolve(), Promise.resolve()]
  let written = 0
  const uses = new LastUses(
    fakeStore(() => outcomes[written++] as Promise<void>),
    new FakeClock(),
  )
  uses.note('AKIA', 'iam', 'us-east-1')
  await new Promise((resolve) => setImmediate(resolve))
  uses.note('AKIA', 'iam', 'us-east-1')
  uses.note('AKIA', 'iam', 'us-east-1')
  assert.equal(written, 2)
})

test('keys that were noted are remembered, but not without bound', () => {
  let written = 0
  const uses = new LastUses(
    fakeStore(async () => {
      written += 1
    }),
    new FakeClock(),
  )
  for (let index = 0; index <= cachedKeysMax; index += 1) uses.note(`key${index}`, 's', 'r')
  uses.note(`key${cachedKeysMax}`, 's', 'r')
  assert.equal(written, cachedKeysMax + 1)
  uses.note('key0', 's', 'r')
  assert.equal(written, cachedKeysMax + 2)
})
