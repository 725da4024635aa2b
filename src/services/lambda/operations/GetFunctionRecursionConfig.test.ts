import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arnPrefix, openTestLambda, refusal } from '../test-support.ts'

test('GetFunctionRecursionConfig says Terminate until it is told otherwise (docs)', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  const get = (FunctionName: string) => lambda.call('GetFunctionRecursionConfig', { FunctionName })
  assert.deepEqual(await get('f'), { RecursiveLoop: 'Terminate' })
  const allow = { FunctionName: 'f', RecursiveLoop: 'Allow' }
  await lambda.call('PutFunctionRecursionConfig', allow)
  assert.deepEqual(await get(`${arnPrefix}f`), { RecursiveLoop: 'Allow' })
  await assert.rejects(
    get('nope'),
    refusal('ResourceNotFoundException', 404, `Function not found: ${arnPrefix}nope`),
  )
})
