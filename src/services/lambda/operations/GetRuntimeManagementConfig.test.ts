import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arnPrefix, openTestLambda, refusal } from '../test-support.ts'
import type { TestLambda } from '../test-support.ts'

const missing = (name: string) =>
  refusal('ResourceNotFoundException', 404, `Function not found: ${arnPrefix}${name}`)
const put = (lambda: TestLambda, input: object) => lambda.call('PutRuntimeManagementConfig', input)
const get = (lambda: TestLambda, FunctionName = 'f') =>
  lambda.call<object>('GetRuntimeManagementConfig', { FunctionName })

test('the build of a runtime is Auto until it is set, that of something that is there, and of no alias', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  const FunctionArn = `${arnPrefix}f:$LATEST`
  assert.deepEqual(await get(lambda), { UpdateRuntimeOn: 'Auto', FunctionArn })
  for (const name of ['nope', 'f:1']) {
    const words = name.includes(':') ? name : `${name}:$LATEST`
    await assert.rejects(get(lambda, name), missing(words))
    await assert.rejects(
      put(lambda, { FunctionName: name, UpdateRuntimeOn: 'Auto' }),
      missing(words),
    )
  }
  await assert.rejects(
    get(lambda, 'f:live'),
    refusal('InvalidParameterValueException', 400, /^Runtime management is configured for/),
  )
})
