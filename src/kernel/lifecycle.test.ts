import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setImmediate as giveWay } from 'node:timers/promises'
import { Lifecycle } from './lifecycle.ts'

it('ends what it owns in reverse order, one after the other', async () => {
  const ends: string[] = []
  const lifecycle = new Lifecycle()
  const slow = {
    async [Symbol.asyncDispose]() {
      await giveWay()
      ends.push('slow')
    },
  }
  lifecycle.onEnd(() => void ends.push('first'))
  assert.equal(lifecycle.own(slow), slow)
  lifecycle.own({ [Symbol.dispose]: () => void ends.push('last') })
  await lifecycle[Symbol.asyncDispose]()
  assert.deepEqual(ends, ['last', 'slow', 'first'])
})

it('ends everything even when something fails, and tells of all that failed', async () => {
  const ends: string[] = []
  const lifecycle = new Lifecycle()
  lifecycle.onEnd(() => void ends.push('first'))
  lifecycle.onEnd(() => Promise.reject(new Error('one')))
  lifecycle.onEnd(() => {
    throw new Error('two')
  })
  await assert.rejects(lifecycle[Symbol.asyncDispose](), (error: unknown) => {
    assert.ok(error instanceof SuppressedError)
    assert.deepEqual([error.error.message, error.suppressed.message], ['one', 'two'])
    return true
  })
  assert.deepEqual(ends, ['first'])
})

it('ends once', async () => {
  let ends = 0
  const lifecycle = new Lifecycle()
  lifecycle.onEnd(() => void (ends += 1))
  await lifecycle[Symbol.asyncDispose]()
  await lifecycle[Symbol.asyncDispose]()
  assert.equal(ends, 1)
})
