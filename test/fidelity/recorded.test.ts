/**
 * The expectations themselves: what expected.ts derives from the model is what the real service was recorded to say.
 * Long messages were recorded up to a point; `...` stands for the rest.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { loadService, serviceIds } from '../../src/model/index.ts'
import type { OperationModel } from '../../src/model/types.ts'
import { expectedPhrases, saysAll } from './expected.ts'
import { leastInput, sitesOf } from './sites.ts'

const lambda = await loadService('lambda')

function operationOf(name: string): OperationModel {
  const operation = lambda.operations.get(name)
  assert.ok(operation, name)
  return operation
}

/** [operation, members beside the required ones, what was recorded] */
const recorded: readonly (readonly [string, object, string])[] = [
  [
    'CreateFunction',
    { FunctionName: 'a'.repeat(141) },
    `Value '${'a'.repeat(141)}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 140`,
  ],
  [
    'CreateFunction',
    { Architectures: ['X86_64'] },
    "Value '[X86_64]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]",
  ],
  [
    'CreateFunction',
    { Architectures: ['x86_64', 'arm64'] },
    "Value '[x86_64, arm64]' at 'architectures' failed to satisfy constraint: Member must have length less than or equal to 1",
  ],
  [
    'CreateFunction',
    { SnapStart: { ApplyOn: 'invalidOption' } },
    "Value 'invalidOption' at 'snapStart.applyOn' failed to satisfy constraint: Member must satisfy enum value set: [PublishedVersions, None]",
  ],
  [
    'CreateFunction',
    { Layers: ['x'] },
    "Value '[x]' at 'layers' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 2048, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: ...",
  ],
  [
    'CreateFunction',
    { Role: 'r1' },
    String.raw`Value 'r1' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+`,
  ],
  [
    'CreateFunction',
    { KMSKeyArn: '"arn"' },
    `Value '"arn"' at 'kMSKeyArn' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()`,
  ],
  [
    'PutProvisionedConcurrencyConfig',
    { ProvisionedConcurrentExecutions: 0 },
    "Value '0' at 'provisionedConcurrentExecutions' failed to satisfy constraint: Member must have value greater than or equal to 1",
  ],
  [
    'UpdateAlias',
    { RoutingConfig: { AdditionalVersionWeights: { 2: 2 } } },
    "Value '{2=2.0}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, M...",
  ],
  [
    'UpdateAlias',
    { RoutingConfig: { AdditionalVersionWeights: { $LATEST: 0.5 } } },
    "Value '{$LATEST=0.5}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to...",
  ],
  [
    'UntagResource',
    { TagKeys: undefined },
    "Value null at 'tagKeys' failed to satisfy constraint: Member must not be null",
  ],
  [
    'CreateFunctionUrlConfig',
    { InvokeMode: 'UNKNOWN' },
    "Value 'UNKNOWN' at 'invokeMode' failed to satisfy constraint: Member must satisfy enum value set: [RESPONSE_STREAM, BUFFERED]",
  ],
  [
    'CreateFunctionUrlConfig',
    { Qualifier: '1' },
    String.raw`Value '1' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: ((?!^\d+$)^[0-9a-zA-Z-_]+$)`,
  ],
  [
    'CreateEventSourceMapping',
    { StartingPosition: 'invalid' },
    "Value 'invalid' at 'startingPosition' failed to satisfy constraint: Member must satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]",
  ],
  [
    'ListLayers',
    { CompatibleArchitecture: 'archdoesnotexist' },
    "Value 'archdoesnotexist' at 'compatibleArchitecture' failed to satisfy constraint: Member must satisfy enum value set: [x86_64, arm64]",
  ],
  [
    'AddLayerVersionPermission',
    { Action: '*' },
    "Value '*' at 'action' failed to satisfy constraint: Member must satisfy regular expression pattern: lambda:GetLayerVersion",
  ],
  [
    'TagResource',
    { Resource: 'arn:aws:something' },
    String.raw`Value 'arn:aws:something' at 'resource' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:(function:[a-zA-Z0-9-_]+(...`,
  ],
  [
    'AddPermission',
    { StatementId: 'example.com' },
    "Value 'example.com' at 'statementId' failed to satisfy constraint: Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)",
  ],
]

describe('what is expected is what was recorded', () => {
  for (const [name, changes, words] of recorded) {
    test(`${name}: ${words.slice(0, 80)}`, () => {
      const operation = operationOf(name)
      const phrases = expectedPhrases(operation, { ...leastInput(operation), ...changes })
      const [phrase] = phrases
      assert.equal(phrases.length, 1)
      assert.equal(
        String(phrase).slice(0, words.endsWith('...') ? words.length - 3 : undefined),
        words.replace(/\.\.\.$/, ''),
      )
    })
  }

  test('two errors, as recorded from PublishLayerVersion', () => {
    const operation = operationOf('PublishLayerVersion')
    const phrases = expectedPhrases(operation, {
      ...leastInput(operation),
      CompatibleRuntimes: ['invalidruntime'],
      CompatibleArchitectures: ['invalidarch'],
    })
    assert.match(String(phrases[0]), /^Value '\[invalidarch\]' at 'compatibleArchitectures' failed/)
    assert.match(String(phrases[1]), /^Value '\[invalidruntime\]' at 'compatibleRuntimes' failed/)
    // AWS was recorded to name the runtimes first; the model has them second.
    assert.ok(saysAll(`2 validation errors detected: ${phrases.toReversed().join('; ')}`, phrases))
    assert.ok(!saysAll(`2 validation errors detected: ${phrases[0]}; ${phrases[0]}`, phrases))
    assert.ok(!saysAll(`1 validation error detected: ${phrases[0]}`, phrases))
    assert.ok(!saysAll(`2 validation errors detected: ${phrases.join(', ')}`, phrases))
  })
})

test('every input of every operation of the models can be made valid', async () => {
  for (const id of serviceIds) {
    const { operations } = await loadService(id)
    for (const operation of operations.values()) {
      const least = leastInput(operation)
      assert.deepEqual(expectedPhrases(operation, least), [], `${id} ${operation.name}`)
      const sites = sitesOf(operation, least)
      assert.ok(sites.length >= (operation.input?.members.length ?? 0), operation.name)
    }
  }
})
