/** Environments that are kept ready, over sandboxes that do not exist. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { first, invoke, read, setUp, settle } from '../../test/kit/dataplane.ts'
import { polite } from '../../test/kit/fake-sandbox.ts'
import { idleEnvironmentMs } from './limits.ts'

test('as many as are wanted boot before anybody asks, and stay although nobody does', async () => {
  const { backend, clock, dataplane } = setUp(polite)
  dataplane.provision(first, 3)
  assert.deepEqual(dataplane.provisioned(first), { wanted: 3, allocated: 0, failure: undefined })
  await settle()
  assert.deepEqual(dataplane.provisioned(first), { wanted: 3, allocated: 3, failure: undefined })
  assert.equal(
    backend.processes[0]?.spec.env['AWS_LAMBDA_INITIALIZATION_TYPE'],
    'provisioned-concurrency',
  )
  clock.advance(2 * idleEnvironmentMs)
  await settle()
  assert.equal(backend.alive.size, 3)
  dataplane.provision(first, 1)
  clock.advance(2 * idleEnvironmentMs)
  await settle()
  assert.equal(backend.alive.size, 1)
  await dataplane[Symbol.asyncDispose]()
  assert.equal(backend.alive.size, 0)
})

test('they serve, their init is nobody’s, and more come on demand and go again', async () => {
  const { backend, clock, dataplane, lines } = setUp(polite)
  dataplane.provision(first, 2)
  await settle()
  const answers = await Promise.all([1, 2, 3].map((n) => invoke(dataplane, { n })))
  assert.deepEqual(answers.map(read), [{ n: 1 }, { n: 2 }, { n: 3 }])
  await settle()
  assert.equal(lines.filter((line) => line.startsWith('REPORT')).length, 3)
  assert.equal(lines.filter((line) => line.includes('Init Duration')).length, 1)
  assert.equal(backend.processes.length, 3)
  assert.equal(backend.processes.at(-1)?.spec.env['AWS_LAMBDA_INITIALIZATION_TYPE'], 'on-demand')
  await settle()
  clock.advance(2 * idleEnvironmentMs)
  await settle()
  assert.equal(backend.alive.size, 2)
  await dataplane[Symbol.asyncDispose]()
})

test('one that ends is replaced; of a version that is gone none is', async () => {
  const { backend, dataplane } = setUp(polite)
  dataplane.provision(first, 2)
  await settle()
  backend.processes[0]?.exit(1)
  await settle()
  assert.equal(backend.alive.size, 2)
  assert.equal(backend.processes.length, 3)
  dataplane.retire(first.functionArn, first.version, undefined, 'deleted')
  await settle()
  assert.equal(backend.alive.size, 0)
  assert.equal(backend.processes.length, 3)
  await dataplane[Symbol.asyncDispose]()
})

test('what cannot boot is told, and tried again ever more seldom', async () => {
  const { backend, clock, dataplane } = setUp(polite)
  backend.failure = 'no room on this host'
  dataplane.provision(first, 1)
  await settle()
  const { allocated, failure } = dataplane.provisioned(first)
  assert.equal(allocated, 0)
  assert.match(failure ?? '', /no room on this host/)
  const { tries } = backend
  clock.advance(500)
  await settle()
  assert.equal(backend.tries, tries)
  backend.failure = undefined
  clock.advance(60_000)
  await settle()
  assert.deepEqual(dataplane.provisioned(first), { wanted: 1, allocated: 1, failure: undefined })
  await dataplane[Symbol.asyncDispose]()
  assert.equal(backend.alive.size, 0)
})

test('none of them is given up for the environments of others', async () => {
  const { backend, dataplane } = setUp(polite, { environmentsMax: 2 })
  dataplane.provision(first, 2)
  await settle()
  const other = {
    ...first,
    functionArn: `${first.functionArn}2`,
    functionName: 'f2',
  } as typeof first
  await assert.rejects(invoke(dataplane, {}, { version: other }), {
    code: 'TooManyRequestsException',
  })
  assert.equal(backend.alive.size, 2)
  await dataplane[Symbol.asyncDispose]()
})
