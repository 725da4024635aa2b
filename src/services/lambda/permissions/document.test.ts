import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from '../../../../test/kit/fast-check.ts'
import { arnPrefix } from '../test-support.ts'
import { checkDocument } from './document.ts'

const ResourceArn = `${arnPrefix}f`

const least = {
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::210987654321:root' },
  Action: 'lambda:InvokeFunction',
  Resource: ResourceArn,
}

function policy(...statements: object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements })
}

test('a policy is not public that a condition narrows, nor a Deny for everybody', () => {
  const narrowed = { StringEquals: { 'AWS:SourceAccount': ['210987654321'] } }
  checkDocument(policy({ ...least, Principal: '*', Condition: narrowed }), ResourceArn)
  checkDocument(policy(least, { ...least, Effect: 'Deny', Principal: '*' }), ResourceArn)
})

test('any text is a policy or refused in words (fuzz)', () => {
  const statements = fc.record(
    {
      Effect: fc.constantFrom('Allow', 'Deny', 1),
      Principal: fc.oneof(fc.constant('*'), fc.json(), fc.dictionary(fc.string(), fc.jsonValue())),
      Action: fc.jsonValue(),
      Resource: fc.constantFrom(ResourceArn, '*', [ResourceArn]),
      Condition: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  const document = fc.oneof(
    fc.string(),
    fc.json(),
    statements.map((statement) => policy(statement)),
  )
  fc.assert(
    fc.property(document, (text) => {
      try {
        checkDocument(text, ResourceArn)
      } catch (error) {
        assert.equal((error as Error).name, 'ServiceError')
      }
    }),
  )
})
