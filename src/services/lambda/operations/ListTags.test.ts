/** What else is refused: TagResource.test.ts. Expected values by origin: docs, observed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ListTagsResponse } from '@aws-sdk/client-lambda'
import { arnPrefix, openTestLambda, refusal } from '../test-support.ts'
import type { TestLambda } from '../test-support.ts'

const Resource = `${arnPrefix}f`

const tag = (lambda: TestLambda, Tags: Record<string, string>, resource = Resource) =>
  lambda.call('TagResource', { Resource: resource, Tags })
const untag = (lambda: TestLambda, TagKeys: string[], resource = Resource) =>
  lambda.call('UntagResource', { Resource: resource, TagKeys })
const list = async (lambda: TestLambda, resource = Resource) =>
  (await lambda.call<ListTagsResponse>('ListTags', { Resource: resource })).Tags

test('what is not there has none', async () => {
  await using lambda = await openTestLambda()
  const missing = (words: string) => refusal('ResourceNotFoundException', 404, words)
  const absent: [string, string][] = [
    [Resource, `Function not found: ${Resource}`],
    [
      Resource.replace('eu-west-1', 'us-east-1'),
      "Functions from 'us-east-1' are not reachable in this region ('eu-west-1')",
    ],
    [
      'arn:aws:lambda:eu-west-1:123456789012:network-connector:none',
      'The resource you requested does not exist.',
    ],
  ]
  for (const [arn, words] of absent) {
    await assert.rejects(tag(lambda, { a: '1' }, arn), missing(words))
    await assert.rejects(untag(lambda, ['a'], arn), missing(words))
    await assert.rejects(list(lambda, arn), missing(words))
  }
})
