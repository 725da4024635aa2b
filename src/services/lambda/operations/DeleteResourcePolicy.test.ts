/** Names that are refused: PutResourcePolicy.test.ts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GetResourcePolicyResponse } from '@aws-sdk/client-lambda'
import { arnPrefix, openTestLambda, refusal } from '../test-support.ts'

const ResourceArn = `${arnPrefix}f`
const Policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Principal: { AWS: '210987654321' },
    Action: 'lambda:InvokeFunction',
    Resource: ResourceArn,
  },
})
const none = refusal('ResourceNotFoundException', 404, `No policy found for: ${ResourceArn}`)

const stale = refusal('PreconditionFailedException', 412, /^The Revision Id provided does not/)

test('a policy is put and deleted under the condition that it is the one that was read', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  const put = (more: object = {}) =>
    lambda.call<GetResourcePolicyResponse>('PutResourcePolicy', { ResourceArn, Policy, ...more })
  const RevisionId = '6b3f0a52-0000-4000-8000-000000000000'
  await assert.rejects(put({ RevisionId }), stale)
  const first = await put()
  await assert.rejects(put({ RevisionId }), stale)
  const second = await put({ RevisionId: first.RevisionId })
  assert.notEqual(second.RevisionId, first.RevisionId)
  const stillFirst = { ResourceArn, RevisionId: first.RevisionId }
  await assert.rejects(lambda.call('DeleteResourcePolicy', stillFirst), stale)
  await lambda.call('DeleteResourcePolicy', { ResourceArn, RevisionId: second.RevisionId })
  await assert.rejects(lambda.call('GetResourcePolicy', { ResourceArn }), none)
  await assert.rejects(lambda.call('DeleteResourcePolicy', { ResourceArn }), none)
})
