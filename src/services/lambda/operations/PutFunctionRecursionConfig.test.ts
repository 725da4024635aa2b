/** What it stops is in recursion.test.ts. Expected values by origin: docs, observed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GetFunctionRecursionConfigResponse } from '@aws-sdk/client-lambda'
import { arnPrefix, openTestLambda, refusal } from '../test-support.ts'

const invalid = (words: RegExp) => refusal('InvalidParameterValueException', 400, words)
const missing = (name: string) =>
  refusal('ResourceNotFoundException', 404, `Function not found: ${arnPrefix}${name}`)

test('recursion is terminated unless it is allowed, for the function as a whole (docs)', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  const recursion = (verb: 'Put' | 'Get', changes: object = {}) =>
    lambda.call<GetFunctionRecursionConfigResponse>(`${verb}FunctionRecursionConfig`, {
      FunctionName: 'f',
      ...changes,
    })
  assert.deepEqual(await recursion('Get'), { RecursiveLoop: 'Terminate' })
  for (const RecursiveLoop of ['Allow', 'Terminate', 'Allow']) {
    assert.deepEqual(await recursion('Put', { RecursiveLoop }), { RecursiveLoop })
    assert.deepEqual(await recursion('Get', { FunctionName: `${arnPrefix}f` }), { RecursiveLoop })
  }
  for (const verb of ['Put', 'Get'] as const) {
    const nope = { FunctionName: 'nope', RecursiveLoop: 'Allow' }
    await assert.rejects(recursion(verb, nope), missing('nope'))
    const version = { FunctionName: 'f:1', RecursiveLoop: 'Allow' }
    await assert.rejects(recursion(verb, version), invalid(/^This operation is permitted on/))
  }
  await lambda.call('DeleteFunction', { FunctionName: 'f' })
  await lambda.create('f')
  assert.deepEqual(await recursion('Get'), { RecursiveLoop: 'Terminate' })
})
