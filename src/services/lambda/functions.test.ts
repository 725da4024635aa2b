import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from '../../../test/kit/fast-check.ts'
import { Functions } from './functions.ts'
import { deployed, updated } from './state.ts'
import { type LambdaTables, findFunction } from './tables.ts'
import { SlowReads, openTestData, recordOf, scope } from './test-support.ts'

describe('what is in memory', () => {
  test('is what was inserted, and nothing of another account or region', async () => {
    await using data = await openTestData()
    const functions = new Functions(data.store)
    assert.equal(await functions.insert(recordOf('f')), undefined)
    assert.deepEqual(functions.known(scope, 'f')?.record, recordOf('f'))
    assert.equal(functions.known({ ...scope, region: 'us-east-1' as never }, 'f'), undefined)
    assert.equal(await functions.find({ ...scope, account: '1' as never }, 'f'), undefined)
  })

  test('is read again after a restart', async () => {
    await using data = await openTestData()
    await new Functions(data.store).insert(recordOf('f'))
    const functions = new Functions(data.store)
    assert.equal(functions.known(scope, 'f'), undefined)
    const found = await functions.find(scope, 'f')
    assert.deepEqual(found?.record, JSON.parse(JSON.stringify(recordOf('f'))))
    assert.equal(functions.known(scope, 'f'), found)
  })

  test('is the old state when a change was refused', async () => {
    await using data = await openTestData()
    const functions = new Functions(data.store)
    await functions.insert(recordOf('f'))
    const refusal = new Error('refused')
    const change = functions.change('TEST:CHANGE', scope, 'f', () => {
      throw refusal
    })
    await assert.rejects(change, refusal)
    assert.deepEqual(functions.known(scope, 'f')?.record, recordOf('f'))
  })

  test('keeps its hands off a name that is taken, and off one that is not there', async () => {
    await using data = await openTestData()
    const functions = new Functions(data.store)
    await functions.insert(recordOf('f'))
    const second = { ...recordOf('f'), revisionId: 'second' }
    assert.equal((await functions.insert(second))?.revisionId, 'r1')
    assert.equal(functions.known(scope, 'f')?.record.revisionId, 'r1')
    assert.equal(await functions.change('TEST:CHANGE', scope, 'g', deployed), undefined)
    assert.equal(await functions.delete(scope, 'g'), undefined)
  })
})

test('a read that a change overtook is not remembered', async () => {
  await using data = await openTestData()
  await new Functions(data.store).insert(recordOf('f'))
  await new Functions(data.store).insert(recordOf('g'))
  const slow = new SlowReads(data.store)
  const functions = new Functions(slow)
  for (const name of ['f', 'g']) {
    const gate = Promise.withResolvers<void>()
    const seen = slow.holdNext(gate.promise)
    const finding = functions.find(scope, name)
    await seen
    if (name === 'f') await functions.change('TEST:CHANGE', scope, name, deployed)
    else await functions.delete(scope, name)
    gate.resolve()
    await finding
    const known = functions.known(scope, name)?.record.state
    assert.deepEqual(known, name === 'f' ? { is: 'Active' } : undefined)
  }
})

test('the snapshot keeps its identity for as long as its revision serves: environments hang on it', async () => {
  await using data = await openTestData()
  const functions = new Functions(data.store)
  await functions.insert(recordOf('f'))
  assert.equal(functions.known(scope, 'f')?.version, undefined)
  await functions.change('TEST:CHANGE', scope, 'f', deployed)
  const first = functions.known(scope, 'f')?.version
  assert.equal(first?.revisionId, 'r1')
  const next = { ...recordOf('f').config, memoryMb: 256 }
  await functions.change('TEST:CHANGE', scope, 'f', (record) => updated(record, next, 'r2', 1))
  assert.equal(functions.known(scope, 'f')?.version, first)
  await functions.change('TEST:CHANGE', scope, 'f', deployed)
  assert.equal(functions.known(scope, 'f')?.version?.revisionId, 'r2')
  assert.equal(functions.known(scope, 'f')?.version?.memoryMb, 256)
})

test('memory is never older than the last acknowledged change, whatever overlaps (property)', async () => {
  await using data = await openTestData()
  const names = ['a', 'b']
  const step = fc.record({
    name: fc.constantFrom(...names),
    verb: fc.constantFrom('insert', 'change', 'change', 'delete', 'find', 'find'),
    // Several steps start together; some wait for those before.
    waits: fc.boolean(),
  })
  // Every change gets the next number, in the order in which the store makes them.
  let made = 0
  const run = async (steps: (typeof step extends fc.Arbitrary<infer Step> ? Step : never)[]) => {
    const functions = new Functions(data.store)
    const acknowledged = new Map<string, number>()
    const atLeast = (found: number | undefined, least: number) =>
      assert.ok(found === undefined || found >= least, `${found} is older than ${least}`)
    const take = async ({ name, verb }: { name: string; verb: string }) => {
      const before = acknowledged.get(name) ?? 0
      let number = 0
      const numbered = () => (number = made += 1)
      if (verb === 'find') {
        const found = await functions.find(scope, name)
        atLeast(found?.record.lastModifiedMs, before)
        return
      }
      if (verb === 'insert') {
        const record = { ...recordOf(name), lastModifiedMs: numbered() }
        // A name that is taken leaves what is there.
        if (await functions.insert(record)) return
      } else if (verb === 'change') {
        const change = await functions.change('TEST:CHANGE', scope, name, (record) => ({
          ...record,
          lastModifiedMs: numbered(),
        }))
        if (!change) return
      } else {
        await functions.delete(scope, name)
        return
      }
      atLeast(functions.known(scope, name)?.record.lastModifiedMs, number)
      acknowledged.set(name, Math.max(number, acknowledged.get(name) ?? 0))
    }
    let started: Promise<void>[] = []
    for (const each of steps) {
      if (each.waits) {
        await Promise.all(started)
        started = []
      }
      started.push(take(each))
    }
    await Promise.all(started)
    for (const name of names) {
      const known = functions.known(scope, name)?.record
      const stored = await findFunction(data.store.reader<LambdaTables>(), scope, name)
      if (known) assert.equal(known.lastModifiedMs, stored?.lastModifiedMs)
      await functions.delete(scope, name)
    }
  }
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 14 }), run), { numRuns: 60 })
})
