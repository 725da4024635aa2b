/**
 * Requests that come at the wrong time: for a function that is being made or changed, for what exists already, for
 * what something else still needs. Refused in AWS's words, and without effect.
 */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { encode, type Input } from './encode.ts'
import { functionArn, inputFor, makeFixtures } from './fixtures.ts'
import { type Case, type Expectation, runCases, anyWords } from './run.ts'
import { account, region, type ServedService, startFidelityServer } from './server.ts'

const server = await startFidelityServer()
after(() => server[Symbol.asyncDispose]())
const fixtures = await makeFixtures(server)

function serviceOf(id: string): ServedService {
  const service = server.services.find(({ model }) => model.id === id)
  assert.ok(service, `${id} is not served`)
  return service
}

const conflict = (message: Expectation['message']): Expectation => ({
  status: 409,
  code: 'ResourceConflictException',
  message,
})
const exists = (message: Expectation['message']): Expectation => ({
  status: 409,
  code: 'EntityAlreadyExists',
  message,
})
const logsExists = (message: Expectation['message']): Expectation => ({
  status: 400,
  code: 'ResourceAlreadyExistsException',
  message,
})

/** The fixtures' own making, once more; words recorded, Logs' and IAM's as users report them. */
const again: readonly (readonly [service: string, operation: string, Input, Expectation])[] = [
  ['lambda', 'CreateFunction', {}, conflict('Function already exist: fidelity')],
  ['lambda', 'CreateAlias', {}, conflict(`Alias already exists: ${functionArn}:live`)],
  [
    'lambda',
    'CreateFunctionUrlConfig',
    { AuthType: 'NONE' },
    conflict(
      `Failed to create function url config for [functionArn = ${functionArn}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
    ),
  ],
  [
    'lambda',
    'AddPermission',
    {},
    conflict(
      'The statement id (fidelity) provided already exists. Please provide a new statement id, or remove the existing statement.',
    ),
  ],
  [
    'lambda',
    'AddLayerVersionPermission',
    {},
    conflict(
      'The statement id (fidelity) provided already exists. Please provide a new statement id, or remove the existing statement.',
    ),
  ],
  [
    'lambda',
    'CreateEventSourceMapping',
    {},
    conflict(
      `An event source mapping with SQS arn (" arn:aws:sqs:${region}:${account}:fidelity ") and function (" fidelity ") already exists. Please update or delete the existing mapping with UUID ${String(fixtures['lambda']?.['UUID'])}`,
    ),
  ],
  ['logs', 'CreateLogGroup', {}, logsExists('The specified log group already exists')],
  ['logs', 'CreateLogStream', {}, logsExists('The specified log stream already exists')],
  ['iam', 'CreateRole', {}, exists('Role with name fidelity already exists.')],
  ['iam', 'CreateUser', {}, exists('User with name fidelity already exists.')],
  ['iam', 'CreateGroup', {}, exists('Group with name fidelity already exists.')],
  ['iam', 'CreateInstanceProfile', {}, exists('Instance Profile fidelity already exists.')],
  [
    'iam',
    'CreatePolicy',
    { PolicyName: 'fidelity' },
    exists('A policy called fidelity already exists. Duplicate names are not allowed.'),
  ],
  ['iam', 'CreateOpenIDConnectProvider', { Url: 'https://fidelity.example.com' }, exists(anyWords)],
]

describe('what exists already', () => {
  for (const [id, name, members, expected] of again) {
    if (!serviceOf(id).serves(name)) continue
    test(`${id} ${name}`, () => runCases(server, [caseOf(id, name, members, 'exists', expected)]))
  }
})

const inUse = (message: Expectation['message']): Expectation => ({
  status: 409,
  code: 'DeleteConflict',
  message,
})

/** Deletions of what holds, or is held by, another fixture. */
const needed: readonly (readonly [service: string, operation: string, Input, Expectation])[] = [
  ['iam', 'DeleteRole', {}, inUse('Cannot delete entity, must delete policies first.')],
  ['iam', 'DeleteUser', {}, inUse(/^Cannot delete entity, must .+ first\.$/)],
  ['iam', 'DeleteGroup', {}, inUse('Cannot delete entity, must delete policies first.')],
  ['iam', 'DeletePolicyVersion', {}, inUse(anyWords)],
  [
    'lambda',
    'DeleteFunction',
    { Qualifier: '$LATEST' },
    {
      status: 400,
      code: 'InvalidParameterValueException',
      message: '$LATEST version cannot be deleted without deleting the function.',
    },
  ],
  ['lambda', 'DeleteFunction', { Qualifier: '1' }, conflict(anyWords)],
]

describe('what something else needs', () => {
  for (const [id, name, members, expected] of needed) {
    if (!serviceOf(id).serves(name)) continue
    const what = `${id} ${name} ${JSON.stringify(members)}`
    test(what, () => runCases(server, [caseOf(id, name, members, `needed ${what}`, expected)]))
  }
})

describe('functions that are being made or changed', () => {
  const waits = ['UpdateFunctionCode', 'UpdateFunctionConfiguration', 'PublishVersion']

  test('Pending', async () => {
    const release = server.holdDeployments()
    const made = await ask('CreateFunction', { FunctionName: 'pending' })
    assert.equal(made.status, 201, made.text)
    const expected = conflict(
      'The operation cannot be performed at this time. The function is currently in the following state: Pending',
    )
    await runCases(server, casesFor(waits, 'pending', 'Pending', expected))
    release()
  })

  test('an update in progress', async () => {
    const release = server.holdDeployments()
    const changed = await ask('UpdateFunctionConfiguration', { Timeout: 7 })
    assert.equal(changed.status, 200, changed.text)
    const expected = conflict(
      `The operation cannot be performed at this time. An update is in progress for resource: ${functionArn}`,
    )
    await runCases(server, casesFor(waits, 'fidelity', 'InProgress', expected))
    release()
  })
})

async function ask(name: string, members: Input): ReturnType<typeof server.send> {
  return await server.send(caseOf('lambda', name, members, '', conflict(anyWords)).request)
}

function casesFor(
  operations: readonly string[],
  name: string,
  state: string,
  expected: Expectation,
): readonly Case[] {
  const served = operations.filter((each) => serviceOf('lambda').serves(each))
  return served.map((each) =>
    caseOf('lambda', each, { FunctionName: name }, `${state} function`, expected),
  )
}

function caseOf(
  id: string,
  name: string,
  members: Input,
  what: string,
  expected: Expectation,
): Case {
  const { model } = serviceOf(id)
  const operation = model.operations.get(name)
  assert.ok(operation, name)
  const input = { ...inputFor(id, operation, fixtures), ...members }
  const request = encode(model, operation, input)
  return { id: `${id} ${name}: ${what}`, service: model, request, expected }
}
