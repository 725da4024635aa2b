import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type TestLambda,
  arnPrefix,
  leastRequest,
  openTestLambda,
  refusal,
} from '../test-support.ts'

const invalid = (message: string | RegExp) =>
  refusal('InvalidParameterValueException', 400, message)

const update = (lambda: TestLambda, changes: object) =>
  lambda.call('UpdateFunctionConfiguration', { FunctionName: 'f', ...changes })

test('changes what it is given, keeps the rest, and gives the data plane a new revision (docs)', async () => {
  await using lambda = await openTestLambda()
  const made = await lambda.create('f', { Description: 'kept', Tags: { team: 'a' } })
  lambda.clock.advance(5000)
  const otherRole = 'arn:aws:iam::123456789012:role/other'
  const updated = await update(lambda, {
    Role: otherRole,
    Handler: 'other.main',
    Timeout: 10,
    MemorySize: 1769,
    EphemeralStorage: { Size: 1024 },
    Runtime: 'nodejs22.x',
    Environment: { Variables: { A: '1' } },
  })
  assert.equal(updated.LastUpdateStatus, 'InProgress')
  assert.equal(updated.State, 'Active')
  const settled = await lambda.settled('f')
  assert.deepEqual(settled, {
    ...made,
    Role: otherRole,
    Handler: 'other.main',
    Timeout: 10,
    MemorySize: 1769,
    EphemeralStorage: { Size: 1024 },
    Runtime: 'nodejs22.x',
    Environment: { Variables: { A: '1' } },
    LastModified: '2026-11-21T12:00:05.000+0000',
    RevisionId: updated.RevisionId,
    ConfigSha256: updated.ConfigSha256,
  })
  assert.notEqual(updated.ConfigSha256, made.ConfigSha256)
  await lambda.call('Invoke', { FunctionName: 'f' })
  const { version } = lambda.invoker.invocations[0] ?? {}
  assert.equal(version?.revisionId, updated.RevisionId)
  assert.equal(version?.timeoutMs, 10_000)
  assert.equal(version?.runtime, 'nodejs22.x')
  await lambda.end()
  assert.equal(lambda.invoker.retired.at(-1)?.keep, updated.RevisionId)
})

test('an update of nothing is an update (docs: the revision changes with every call)', async () => {
  await using lambda = await openTestLambda()
  const made = await lambda.create('f')
  const { RevisionId } = await update(lambda, {})
  assert.notEqual(RevisionId, made.RevisionId)
  assert.deepEqual(await lambda.settled('f'), { ...made, RevisionId })
})

test('replaces the environment as a whole; an empty one clears it (docs)', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f', { Environment: { Variables: { A: '1', B: '2' } } })
  const replaced = await update(lambda, { Environment: { Variables: { C: '3' } } })
  assert.deepEqual(replaced.Environment, { Variables: { C: '3' } })
  await lambda.settled('f')
  const untouched = await update(lambda, { Description: 'd' })
  assert.deepEqual(untouched.Environment, { Variables: { C: '3' } })
  await lambda.settled('f')
  const cleared = await update(lambda, { Environment: { Variables: {} } })
  assert.equal(cleared.Environment, undefined)
})

test('an empty description clears it', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f', { Description: 'd' })
  assert.equal((await update(lambda, { Description: '' })).Description, '')
})

test('log levels come with JSON and go with Text (docs)', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  const json = await update(lambda, { LoggingConfig: { LogFormat: 'JSON', LogGroup: 'g' } })
  assert.deepEqual(json.LoggingConfig, {
    LogFormat: 'JSON',
    ApplicationLogLevel: 'INFO',
    SystemLogLevel: 'INFO',
    LogGroup: 'g',
  })
  await lambda.settled('f')
  const level = await update(lambda, { LoggingConfig: { SystemLogLevel: 'WARN' } })
  assert.equal(level.LoggingConfig?.LogFormat, 'JSON')
  assert.equal(level.LoggingConfig?.SystemLogLevel, 'WARN')
  await lambda.settled('f')
  const text = await update(lambda, { LoggingConfig: { LogFormat: 'Text' } })
  assert.deepEqual(text.LoggingConfig, {
    LogFormat: 'Text',
    ApplicationLogLevel: undefined,
    SystemLogLevel: undefined,
    LogGroup: 'g',
  })
  await lambda.settled('f')
  await assert.rejects(
    update(lambda, { LoggingConfig: { ApplicationLogLevel: 'DEBUG' } }),
    invalid(
      'LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your request or change the LogFormat to "JSON" and try again.',
    ),
  )
})

test('412 for another revision than the present one (observed), and nothing has changed', async () => {
  await using lambda = await openTestLambda()
  const made = await lambda.create('f')
  await assert.rejects(
    update(lambda, { Timeout: 9, RevisionId: '00000000-0000-4000-8000-000000000000' }),
    refusal('PreconditionFailedException', 412, /^The Revision Id provided does not match/),
  )
  assert.deepEqual(await lambda.settled('f'), made)
  assert.equal((await update(lambda, { Timeout: 9, RevisionId: made.RevisionId })).Timeout, 9)
})

test('of two updates with the same revision one goes', async () => {
  await using lambda = await openTestLambda()
  const { RevisionId } = await lambda.create('f')
  const answers = await Promise.allSettled(
    [1, 2, 3, 4].map((Timeout) => update(lambda, { Timeout, RevisionId })),
  )
  assert.equal(answers.filter((answer) => answer.status === 'fulfilled').length, 1)
})

test('409 while the function is Pending, and while an update is under way (observed)', async () => {
  await using lambda = await openTestLambda()
  const gate = Promise.withResolvers<void>()
  lambda.invoker.onPrepare = () => gate.promise
  await lambda.call('CreateFunction', leastRequest('f'))
  const conflict = (words: string) =>
    refusal(
      'ResourceConflictException',
      409,
      `The operation cannot be performed at this time. ${words}`,
    )
  await assert.rejects(
    update(lambda, { Timeout: 9 }),
    conflict('The function is currently in the following state: Pending'),
  )
  gate.resolve()
  await lambda.settled('f')
  const second = Promise.withResolvers<void>()
  lambda.invoker.onPrepare = () => second.promise
  await update(lambda, { Timeout: 8 })
  await assert.rejects(
    update(lambda, { Timeout: 9 }),
    conflict(`An update is in progress for resource: ${arnPrefix}f`),
  )
  second.resolve()
  assert.equal((await lambda.settled('f')).Timeout, 8)
})

test('refuses what CreateFunction refuses, and changes nothing', async () => {
  await using lambda = await openTestLambda()
  const made = await lambda.create('f')
  const refused: [object, RegExp][] = [
    [{ Runtime: 'java8' }, /^The runtime parameter of java8 is no longer supported/],
    [{ Runtime: 'ruby3.4' }, /not served by lambdad yet/],
    [{ Runtime: 'python3.14' }, /needs a Python 3\.14 on this machine/],
    [{ Runtime: 'PYTHON3.9' }, /^Value PYTHON3\.9 at 'runtime' failed to satisfy constraint/],
    [{ Handler: '' }, /^Handler is mandatory/],
    [{ Environment: { Variables: { AWS_REGION: 'x' } } }, /reserved keys/],
    [{ FunctionName: 'f:2' }, /^This operation is permitted on Lambda functions only\./],
  ]
  for (const [changes, message] of refused) {
    await assert.rejects(update(lambda, changes), invalid(message))
  }
  assert.deepEqual(await lambda.settled('f'), made)
})

test('404 for a function that is not there (observed)', async () => {
  await using lambda = await openTestLambda()
  await assert.rejects(
    update(lambda, { Timeout: 9 }),
    refusal('ResourceNotFoundException', 404, `Function not found: ${arnPrefix}f`),
  )
})
