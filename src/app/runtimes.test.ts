import assert from 'node:assert/strict'
import { it } from 'node:test'
import { loadService } from '../model/index.ts'
import { runtimeStanding } from '../services/lambda/runtimes.ts'
import { describeRuntimes } from './runtimes.ts'

it('every runtime of the model is told of once, those that AWS has ended as such', async () => {
  const all = await describeRuntimes({ cacheDirectory: '/nonexistent', runtimeFallback: true })
  const names = all.map(({ runtime }) => runtime)
  assert.equal(new Set(names).size, names.length)
  const lambda = await loadService('lambda')
  const input = lambda.operations.get('CreateFunction')?.input
  const known = input?.members.find(({ name }) => name === 'Runtime')?.shape.enum ?? []
  assert.ok(known.length > 30)
  assert.deepEqual(
    known.filter((name) => !names.includes(name)),
    [],
  )
  for (const { runtime, state, note } of all) {
    if (state !== 'unserved') continue
    const isOver = runtimeStanding(runtime) === 'blocked'
    assert.equal(note, isOver ? 'AWS lets nobody use it any more' : 'lambdad does not serve it yet')
  }
})
