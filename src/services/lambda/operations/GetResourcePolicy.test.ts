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

test('GetResourcePolicy shows what was put, and what AddPermission made (docs)', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  const get = () => lambda.call<GetResourcePolicyResponse>('GetResourcePolicy', { ResourceArn })
  await assert.rejects(get(), none)
  const put = await lambda.call('PutResourcePolicy', { ResourceArn, Policy })
  assert.deepEqual(await get(), put)
  await lambda.call('DeleteResourcePolicy', { ResourceArn })
  await lambda.call('AddPermission', {
    FunctionName: 'f',
    StatementId: 's',
    Action: 'lambda:InvokeFunction',
    Principal: '*',
  })
  assert.deepEqual(await get(), await lambda.call('GetPolicy', { FunctionName: 'f' }))
})
