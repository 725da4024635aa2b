import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import { StartGate } from './start-gate.ts'

test('lets so many in at a time, in their order, and each leaves once', async () => {
  const gate = new StartGate(2)
  const order: number[] = []
  const enter = async (n: number) => {
    const leave = await gate.enter()
    order.push(n)
    return leave
  }
  const waiting = [1, 2, 3, 4].map(enter)
  await turn()
  assert.deepEqual(order, [1, 2])
  const leave = await waiting[0]
  leave?.()
  leave?.()
  await turn()
  assert.deepEqual(order, [1, 2, 3])
  ;(await waiting[1])?.()
  await turn()
  assert.deepEqual(order, [1, 2, 3, 4])
  for (const each of waiting.slice(2)) (await each)()
  // Nobody waits and nobody is inside: the next one enters without waiting.
  await enter(5)
  assert.equal(order.at(-1), 5)
})
