/** Expected values by origin: docs, observed. How statements are rendered is in AddPermission.test.ts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AddPermissionResponse } from '@aws-sdk/client-lambda'
import { arnPrefix, openTestLambda, refusal } from '../test-support.ts'

test('GetPolicy shows the whole policy, by any form of the name (docs)', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  const get = (FunctionName: string, Qualifier?: string) =>
    lambda.call<{ Policy: string; RevisionId: string }>('GetPolicy', { FunctionName, Qualifier })
  await assert.rejects(
    get('f'),
    refusal('ResourceNotFoundException', 404, 'The resource you requested does not exist.'),
  )
  const { Statement } = await lambda.call<AddPermissionResponse>('AddPermission', {
    FunctionName: 'f',
    StatementId: 's',
    Action: 'lambda:InvokeFunction',
    Principal: '*',
  })
  const shown = await get('f')
  assert.equal(shown.Policy, `{"Version":"2012-10-17","Id":"default","Statement":[${Statement}]}`)
  assert.deepEqual(await get(`${arnPrefix}f`), shown)
  assert.deepEqual(await get('123456789012:function:f'), shown)
  // $LATEST by name has none: none can be put on it.
  await assert.rejects(get('f', '$LATEST'), refusal('ResourceNotFoundException', 404, /not exist/))
  await assert.rejects(
    get('nope'),
    refusal('ResourceNotFoundException', 404, `Function not found: ${arnPrefix}nope`),
  )
})
