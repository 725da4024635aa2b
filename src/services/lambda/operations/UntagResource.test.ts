/** What else is refused: TagResource.test.ts. Expected values by origin: docs, observed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ListTagsResponse } from '@aws-sdk/client-lambda'
import { arnPrefix, openTestLambda } from '../test-support.ts'
import type { TestLambda } from '../test-support.ts'

const Resource = `${arnPrefix}f`

const tag = (lambda: TestLambda, Tags: Record<string, string>) =>
  lambda.call('TagResource', { Resource, Tags })
const untag = (lambda: TestLambda, TagKeys: string[]) =>
  lambda.call('UntagResource', { Resource, TagKeys })
const list = async (lambda: TestLambda) =>
  (await lambda.call<ListTagsResponse>('ListTags', { Resource })).Tags

test('tags of a function are those it was made with, and more, and fewer (docs)', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f', { Tags: { team: 'a', stage: 'test' } })
  assert.deepEqual(await list(lambda), { team: 'a', stage: 'test' })
  await tag(lambda, { team: 'b', cost: '' })
  assert.deepEqual(await list(lambda), { team: 'b', stage: 'test', cost: '' })
  await untag(lambda, ['stage', 'never there'])
  assert.deepEqual(await list(lambda), { team: 'b', cost: '' })
  const { Tags } = await lambda.call<{ Tags: object }>('GetFunction', { FunctionName: 'f' })
  assert.deepEqual(Tags, { team: 'b', cost: '' })
  await untag(lambda, ['team', 'cost'])
  assert.deepEqual(await list(lambda), {})
})
