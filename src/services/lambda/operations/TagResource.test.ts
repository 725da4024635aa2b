/** Expected values by origin: docs, observed. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ListTagsResponse } from '@aws-sdk/client-lambda'
import { scopeOf } from '../../../kernel/arn.ts'
import { arnPrefix, context, openTestLambda, refusal } from '../test-support.ts'
import type { TestLambda } from '../test-support.ts'

const Resource = `${arnPrefix}f`

const tag = (lambda: TestLambda, Tags: Record<string, string>, resource = Resource) =>
  lambda.call('TagResource', { Resource: resource, Tags })
const untag = (lambda: TestLambda, TagKeys: string[], resource = Resource) =>
  lambda.call('UntagResource', { Resource: resource, TagKeys })
const list = async (lambda: TestLambda, resource = Resource) =>
  (await lambda.call<ListTagsResponse>('ListTags', { Resource: resource })).Tags
const invalid = (words: string | RegExp) => refusal('InvalidParameterValueException', 400, words)

describe('tags of a function', () => {
  test('change neither its revision nor what serves', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('f')
    const before = await lambda.settled('f')
    await lambda.call('Invoke', { FunctionName: 'f' })
    await tag(lambda, { a: '1' })
    await lambda.call('Invoke', { FunctionName: 'f' })
    assert.deepEqual(await lambda.settled('f'), before)
    const [one, other] = lambda.invoker.invocations.map(({ version }) => version)
    assert.equal(one, other)
  })

  test('are at most fifty, together with those that are there (observed)', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('f', { Tags: { first: '1' } })
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, 'v']))
    await assert.rejects(
      tag(lambda, many(50)),
      invalid('Number of tags exceeds resource tag limit.'),
    )
    assert.deepEqual(await list(lambda), { first: '1' })
    await tag(lambda, many(49))
    await tag(lambda, { first: '2' })
    await assert.rejects(tag(lambda, { last: '' }), invalid(/tag limit/))
  })

  test('are some (observed), and none of those that AWS keeps for itself', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('f')
    await assert.rejects(
      tag(lambda, {}),
      invalid('An error occurred and the request cannot be processed.'),
    )
    await assert.rejects(tag(lambda, { 'aws:cloudformation:stack-name': 's' }), invalid(/aws:/))
  })

  test('are those of the function as a whole (observed)', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('f')
    const words =
      'Tags on function aliases and versions are not supported. Please specify a function ARN.'
    for (const arn of [`${Resource}:$LATEST`, `${Resource}:1`, `${Resource}:live`]) {
      await assert.rejects(tag(lambda, { a: '1' }, arn), invalid(words))
      await assert.rejects(untag(lambda, ['a'], arn), invalid(words))
      await assert.rejects(list(lambda, arn), invalid(words))
    }
  })
})

test('another account sees and changes them if the policy of the function says so (docs)', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f', { Tags: { a: '1' } })
  const { account } = scopeOf('210987654321', 'eu-west-1')
  const arn = `arn:aws:iam::${account}:root`
  const stranger = { account, principal: { ...context.principal, account, arn } }
  const operations: [string, object][] = [
    ['ListTags', {}],
    ['TagResource', { Tags: { b: '2' } }],
    ['UntagResource', { TagKeys: ['a'] }],
  ]
  for (const [operation, input] of operations) {
    const call = () => lambda.call(operation, { Resource, ...input }, stranger)
    await assert.rejects(
      call(),
      refusal('AccessDeniedException', 403, new RegExp(`lambda:${operation} on resource`)),
    )
    await lambda.call('AddPermission', {
      FunctionName: 'f',
      StatementId: operation,
      Action: `lambda:${operation}`,
      Principal: account,
    })
    await call()
  }
  assert.deepEqual(await list(lambda), { b: '2' })
})
