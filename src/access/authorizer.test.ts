import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { AccountId } from '../kernel/brand.ts'
import { SameAccountAuthorizer } from './authorizer.ts'

const account = '123456789012' as AccountId
const principal = {
  account,
  arn: 'arn:aws:iam::123456789012:user/ci',
  userId: 'AIDA',
  accessKeyId: 'AKIA',
}
const authorizer = new SameAccountAuthorizer()

test('allows everything in its own account, and what belongs to no account', () => {
  const resources = [
    undefined,
    'arn:aws:lambda:eu-west-1:123456789012:function:f',
    'arn:aws:s3:::bucket/key',
    '*',
  ]
  for (const resource of resources) {
    assert.deepEqual(authorizer.authorize(principal, 'lambda:InvokeFunction', resource), {
      allowed: true,
    })
  }
})

test("refuses another account's resource in AWS's words", () => {
  const resource = 'arn:aws:lambda:eu-west-1:210987654321:function:f'
  assert.deepEqual(authorizer.authorize(principal, 'lambda:InvokeFunction', resource), {
    allowed: false,
    message:
      'User: arn:aws:iam::123456789012:user/ci is not authorized to perform: lambda:InvokeFunction on ' +
      'resource: arn:aws:lambda:eu-west-1:210987654321:function:f because no resource-based policy allows ' +
      'the lambda:InvokeFunction action',
  })
})
