import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import fc from '../../test/kit/fast-check.ts'
import { ServiceError } from '../kernel/errors.ts'
import { linkService, loadService, type ServiceModel, type ServiceTable } from '../model/index.ts'
import { checkConstraints } from './constraints.ts'

function violations(service: ServiceModel, operation: string, input: object): ServiceError {
  const model = service.operations.get(operation)
  assert.ok(model)
  try {
    checkConstraints(service, model, input as Record<string, unknown>)
  } catch (error) {
    assert.ok(error instanceof ServiceError)
    return error
  }
  assert.fail('nothing was refused')
}

describe('constraints, in words recorded from Lambda', () => {
  let lambda: ServiceModel
  before(async () => {
    lambda = await loadService('lambda')
  })

  const failed = 'failed to satisfy constraint'
  const one = '1 validation error detected:'
  const create = { FunctionName: 'f', Role: 'arn:aws:iam::000000000000:role/r', Code: {} }
  // [operation, input, message]; every message is (a prefix of) an observed one unless marked otherwise.
  const recorded: readonly (readonly [string, object, string])[] = [
    [
      'CreateFunction',
      { ...create, Role: 'r1' },
      `${one} Value 'r1' at 'role' ${failed}: Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+`,
    ],
    [
      'CreateFunction',
      { ...create, Architectures: ['X86_64'] },
      `${one} Value '[X86_64]' at 'architectures' ${failed}: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]`,
    ],
    [
      'CreateFunction',
      { ...create, Architectures: ['x86_64', 'arm64'] },
      `${one} Value '[x86_64, arm64]' at 'architectures' ${failed}: Member must have length less than or equal to 1`,
    ],
    [
      'CreateFunction',
      { ...create, SnapStart: { ApplyOn: 'invalidOption' } },
      `${one} Value 'invalidOption' at 'snapStart.applyOn' ${failed}: Member must satisfy enum value set: [PublishedVersions, None]`,
    ],
    [
      'PutProvisionedConcurrencyConfig',
      { FunctionName: 'f', Qualifier: '1', ProvisionedConcurrentExecutions: 0 },
      `${one} Value '0' at 'provisionedConcurrentExecutions' ${failed}: Member must have value greater than or equal to 1`,
    ],
    [
      'UntagResource',
      { Resource: 'arn:aws:lambda:us-east-1:000000000000:function:f' },
      `${one} Value null at 'tagKeys' ${failed}: Member must not be null`,
    ],
    [
      'ListFunctions',
      { FunctionVersion: 'invalid' },
      `${one} Value 'invalid' at 'functionVersion' ${failed}: Member must satisfy enum value set: [ALL]`,
    ],
    [
      'UpdateAlias',
      {
        FunctionName: 'f',
        Name: 'a',
        RoutingConfig: { AdditionalVersionWeights: { $LATEST: 0.5 } },
      },
      `${one} Value '{$LATEST=0.5}' at 'routingConfig.additionalVersionWeights' ${failed}: Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+, Member must not be null]`,
    ],
    [
      'UpdateAlias',
      { FunctionName: 'f', Name: 'a', RoutingConfig: { AdditionalVersionWeights: { 2: 2 } } },
      `${one} Value '{2=2.0}' at 'routingConfig.additionalVersionWeights' ${failed}: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]`,
    ],
    [
      'UpdateAlias',
      { FunctionName: 'f', Name: 'a', RoutingConfig: { AdditionalVersionWeights: { 2: -1 } } },
      `${one} Value '{2=-1.0}' at 'routingConfig.additionalVersionWeights' ${failed}: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, M`,
    ],
    [
      'CreateFunction',
      { ...create, Layers: ['x'] },
      `${one} Value '[x]' at 'layers' ${failed}: Member must satisfy constraint: [Member must have length less than or equal to 2048, Member must have length greater than or equal to 1, Member must satisfy regular expression pat`,
    ],
    [
      'CreateFunctionUrlConfig',
      { FunctionName: 'f', AuthType: 'NONE', InvokeMode: 'UNKNOWN' },
      `${one} Value 'UNKNOWN' at 'invokeMode' ${failed}: Member must satisfy enum value set: [RESPONSE_STREAM, BUFFERED]`,
    ],
    [
      'CreateEventSourceMapping',
      { FunctionName: 'f', StartingPosition: 'invalid' },
      `${one} Value 'invalid' at 'startingPosition' ${failed}: Member must satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]`,
    ],
    [
      'AddLayerVersionPermission',
      { LayerName: 'l', VersionNumber: 1, StatementId: 's', Principal: '*', Action: '*' },
      `${one} Value '*' at 'action' ${failed}: Member must satisfy regular expression pattern: lambda:GetLayerVersion`,
    ],
    [
      'AddPermission',
      { FunctionName: 'f', StatementId: 'example.com', Action: 'lambda:*', Principal: '*' },
      `${one} Value 'example.com' at 'statementId' ${failed}: Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)`,
    ],
    [
      'GetFunction',
      { FunctionName: 'invalid:function:name' },
      `${one} Value 'invalid:function:name' at 'functionName' ${failed}: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(functi`,
    ],
    [
      'PublishLayerVersion',
      { LayerName: 'l', Content: {}, CompatibleArchitectures: ['invalidarch', 'x86_64'] },
      `${one} Value '[invalidarch, x86_64]' at 'compatibleArchitectures' ${failed}: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be n`,
    ],
  ]
  for (const [operation, input, message] of recorded) {
    test(`${operation}: ${message.slice(0, 90)}`, () => {
      const error = violations(lambda, operation, input)
      assert.equal(error.code, 'ValidationException')
      assert.equal(error.status, 400)
      assert.equal(error.message.slice(0, message.length), message)
    })
  }

  test('several violations, in the order of the members, joined by semicolons', () => {
    const { message } = violations(lambda, 'CreateFunction', { FunctionName: '', Code: {} })
    assert.match(
      message,
      /^3 validation errors detected: Value '' at 'functionName' failed to satisfy constraint: Member must have length greater than or equal to 1; Value '' at 'functionName' .* pattern: .*; Value null at 'role' failed to satisfy constraint: Member must not be null$/,
    )
  })

  test('a runtime is not checked here: Lambda refuses it later, in other words', () => {
    const operation = lambda.operations.get('CreateFunction')
    assert.ok(operation)
    checkConstraints(lambda, operation, { ...create, Runtime: 'nope' })
  })

  test('sensitive values are not said back', () => {
    const { message } = violations(lambda, 'CreateFunction', {
      ...create,
      Environment: { Variables: { '1 secret': 'hush' } },
    })
    assert.match(message, /^1 validation error detected: Value at 'environment\.variables' failed/)
    assert.doesNotMatch(message, /hush/)
  })

  test('nor are those that hold a sensitive one', () => {
    const { message } = violations(lambda, 'StopDurableExecution', {
      DurableExecutionArn:
        'arn:aws:lambda:us-east-1:000000000000:function:f:1/durable-execution/a/b',
      Error: { StackTrace: ['hush', null] },
    })
    assert.match(message, /Value at 'error\.stackTrace' failed to satisfy constraint: Member must/)
    assert.doesNotMatch(message, /hush/)
  })

  test('a value that is too long is held against its pattern too, unless it is enormous', () => {
    const long = violations(lambda, 'GetFunction', { FunctionName: '!'.repeat(400) })
    assert.match(
      long.message,
      /^2 validation errors detected: .*less than or equal to \d+; .*pattern/,
    )
    const enormous = violations(lambda, 'GetFunction', { FunctionName: '!'.repeat(10_000) })
    assert.match(enormous.message, /^1 validation error detected: .*less than or equal to \d+$/)
  })

  test('null entries of lists and maps are refused', () => {
    assert.match(
      violations(lambda, 'CreateFunction', { ...create, Layers: [null] }).message,
      /Value '\[null\]' at 'layers' .*Member must not be null\]$/,
    )
    assert.match(
      violations(lambda, 'CreateFunction', { ...create, Tags: { a: null } }).message,
      /Value '\{a=null\}' at 'tags' failed to satisfy constraint: Map value must satisfy/,
    )
  })
})

describe('codes and paths of other services', () => {
  test('IAM: ValidationError, entries of lists by number', async () => {
    const iam = await loadService('iam')
    const error = violations(iam, 'TagRole', {
      RoleName: 'r',
      Tags: [{ Key: 'a', Value: 'b' }, { Key: 'x'.repeat(129) }],
    })
    assert.equal(error.code, 'ValidationError')
    assert.equal(
      error.message,
      `2 validation errors detected: Value '${'x'.repeat(129)}' at 'tags.2.member.key' failed to satisfy constraint: Member must have length less than or equal to 128; ` +
        "Value null at 'tags.2.member.value' failed to satisfy constraint: Member must not be null",
    )
  })

  test('Logs: InvalidParameterException', async () => {
    const logs = await loadService('logs')
    const error = violations(logs, 'CreateLogGroup', { logGroupName: 'a b' })
    assert.equal(error.code, 'InvalidParameterException')
    assert.equal(
      error.message,
      "1 validation error detected: Value 'a b' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+",
    )
  })

  test('recursive shapes are checked at every depth; a flood of violations is cut short', () => {
    const service = linkService(recursiveTable)
    const leaf = { Name: 'toolong' }
    const error = violations(service, 'Op', {
      Node: { Name: 'a', Children: [{ Name: 'b', Children: [leaf] }] },
    })
    assert.equal(
      error.message,
      "1 validation error detected: Value 'toolong' at 'node.children.1.member.children.1.member.name' failed to satisfy constraint: Member must have length less than or equal to 3",
    )
    const flood = violations(service, 'Op', {
      Node: { Name: 'a', Children: Array.from({ length: 5000 }, () => leaf) },
    })
    assert.match(flood.message, /^5000 validation errors detected: /)
    assert.ok(flood.message.length < 50_000)
  })

  test('whatever is sent is either accepted or refused with a ServiceError', async () => {
    const lambda = await loadService('lambda')
    const operation = lambda.operations.get('Invoke')
    assert.ok(operation)
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.string(), (FunctionName, TenantId) => {
        try {
          checkConstraints(lambda, operation, { FunctionName, TenantId })
        } catch (error) {
          assert.ok(error instanceof ServiceError)
          assert.match(error.message, /^\d+ validation errors? detected: Value '/)
        }
      }),
    )
  })
})

const recursiveTable: ServiceTable = {
  source: 'this test',
  id: 'recursive',
  serviceId: 'Recursive',
  apiVersion: '2024-01-01',
  signingName: 'recursive',
  protocols: ['awsJson'],
  operations: { Op: { method: 'POST', uri: '/', input: 'Input' } },
  shapes: {
    Input: { type: 'structure', members: { Node: { shape: 'Node' } } },
    Node: {
      type: 'structure',
      required: ['Name'],
      members: { Name: { shape: 'Name' }, Children: { shape: 'Nodes' } },
    },
    Nodes: { type: 'list', member: { shape: 'Node' } },
    Name: { type: 'string', max: 3 },
  },
}
