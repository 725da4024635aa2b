import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { silentLog } from '../../kernel/log.ts'
import type { CodeStore } from './code-store.ts'
import { Deployments } from './deployments.ts'
import { Functions } from './functions.ts'
import {
  FakeInvoker,
  blobIdOf,
  leastRequest,
  openTestData,
  openTestLambda,
  packageOf,
  recordOf,
} from './test-support.ts'

const forever = () => new Promise<void>(() => undefined)

describe('after a restart', () => {
  test('what was Pending becomes Active, in every account and region', async () => {
    await using data = await openTestData()
    const killed = await openTestLambda(data)
    killed.invoker.onPrepare = forever
    await killed.call('CreateFunction', leastRequest('f'))
    await killed.call('CreateFunction', leastRequest('g'), { region: 'us-east-1' as never })

    await using lambda = await openTestLambda(data)
    await lambda.service.resume()
    assert.equal((await lambda.settled('f')).State, 'Active')
    await lambda.end()
    assert.deepEqual(lambda.invoker.prepared.map((each) => each.functionName).toSorted(), [
      'f',
      'g',
    ])
    const elsewhere = { region: 'us-east-1' as never }
    const other = await lambda.call('GetFunctionConfiguration', { FunctionName: 'g' }, elsewhere)
    assert.equal(other.State, 'Active')
  })

  test('the old code serves at once while the interrupted update goes on', async () => {
    await using data = await openTestData()
    const killed = await openTestLambda(data)
    const { CodeSha256: before } = await killed.create('f')
    killed.invoker.onPrepare = forever
    const { CodeSha256: after } = await killed.call('UpdateFunctionCode', {
      FunctionName: 'f',
      ZipFile: packageOf('two'),
    })

    await using lambda = await openTestLambda(data)
    const gate = Promise.withResolvers<void>()
    lambda.invoker.onPrepare = () => gate.promise
    await lambda.service.resume()
    await lambda.call('Invoke', { FunctionName: 'f' })
    assert.equal(lambda.invoker.invocations[0]?.version.code, blobIdOf(before))
    gate.resolve()
    assert.equal((await lambda.settled('f')).CodeSha256, after)
    await lambda.end()
    assert.equal(await lambda.hasBlob(blobIdOf(before)), false)
    assert.ok(await lambda.hasBlob(blobIdOf(after)))
  })

  test('what cannot be put in place now is Failed', async () => {
    await using data = await openTestData()
    const killed = await openTestLambda(data)
    killed.invoker.onPrepare = forever
    await killed.call('CreateFunction', leastRequest('f'))
    await using lambda = await openTestLambda(data)
    lambda.invoker.onPrepare = () => Promise.reject(new Error('no network'))
    await lambda.service.resume()
    const failed = await lambda.settled('f')
    assert.equal(`${failed.State} ${failed.StateReason}`, 'Failed no network')
  })

  test('what was finished is left alone', async () => {
    await using data = await openTestData()
    await using before = await openTestLambda(data)
    await before.create('f')
    await using lambda = await openTestLambda(data)
    await lambda.service.resume()
    await lambda.end()
    assert.deepEqual(lambda.invoker.prepared, [])
  })
})

test('of a function deleted and made again, only the present deployment counts', async () => {
  await using lambda = await openTestLambda()
  const old = Promise.withResolvers<void>()
  lambda.invoker.onPrepare = () => old.promise
  await lambda.call('CreateFunction', leastRequest('f'))
  await lambda.call('DeleteFunction', { FunctionName: 'f' })
  const present = Promise.withResolvers<void>()
  lambda.invoker.onPrepare = () => present.promise
  const made = await lambda.call('CreateFunction', leastRequest('f'))
  old.reject(new Error('the old one failed'))
  // What the old deployment leads to has been written when later transactions have.
  for (let turn = 0; turn < 5; turn += 1) {
    await lambda.store.transaction('TEST:WAIT', async () => undefined)
  }
  const pending = await lambda.call('GetFunctionConfiguration', { FunctionName: 'f' })
  assert.equal(pending.State, 'Pending')
  present.resolve()
  const active = await lambda.settled('f')
  assert.equal(active.State, 'Active')
  assert.equal(active.RevisionId, made.RevisionId)
})

test('environments of the old revision end only when the new one serves', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  lambda.invoker.onPrepare = () => Promise.reject(new Error('no'))
  await lambda.call('UpdateFunctionConfiguration', { FunctionName: 'f', Timeout: 9 })
  const failed = await lambda.settled('f')
  assert.equal(failed.LastUpdateStatus, 'Failed')
  await lambda.end()
  assert.ok(lambda.invoker.retired.every((each) => each.keep !== failed.RevisionId))
})

test('a store that fails is logged, and ends nothing', async () => {
  await using data = await openTestData()
  const invoker = new FakeInvoker()
  const logged: string[] = []
  const log = { ...silentLog, error: (_fields: object, message: string) => logged.push(message) }
  const code = {} as CodeStore
  const deployments = new Deployments(new Functions(data.store), invoker, code, log)
  await data.store[Symbol.asyncDispose]()
  deployments.begin(recordOf('f'))
  await deployments[Symbol.asyncDispose]()
  assert.deepEqual(logged, ['a deployment could not be finished'])
})
