/** Expected values by origin: observed. What it has in common with AddPermission is in AddPermission.test.ts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestLambda, refusal } from '../test-support.ts'

const permission = {
  FunctionName: 'f',
  StatementId: 's3',
  Action: 'lambda:InvokeFunction',
  Principal: 's3.amazonaws.com',
}

test('RemovePermission: a policy is away with its last statement, and with the function (observed)', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  const add = () => lambda.call('AddPermission', permission)
  const remove = (StatementId: string) =>
    lambda.call('RemovePermission', { FunctionName: 'f', StatementId })
  const none = refusal(
    'ResourceNotFoundException',
    404,
    'No policy is associated with the given resource.',
  )
  await assert.rejects(remove('s3'), none)
  await add()
  await assert.rejects(
    remove('other'),
    refusal('ResourceNotFoundException', 404, 'Statement other is not found in resource policy.'),
  )
  await remove('s3')
  await assert.rejects(remove('s3'), none)
  await add()
  await lambda.call('DeleteFunction', { FunctionName: 'f' })
  await lambda.create('f')
  await assert.rejects(remove('s3'), none)
})
