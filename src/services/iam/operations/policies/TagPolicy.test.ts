import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makePolicy, newCaller, openIam, refused } from '../../test-support.ts'
import { ListPolicyTags } from './ListPolicyTags.ts'
import { TagPolicy } from './TagPolicy.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const first = [
  { Key: 'Test', Value: '1' },
  { Key: 'other', Value: '' },
]

test('adds, and takes the place of a key whatever its case', async () => {
  const caller = newCaller()
  const PolicyArn = await makePolicy(iam, caller, 'p', { Tags: first })
  const Tags = [
    { Key: 'test', Value: '2' },
    { Key: 'more', Value: '3' },
  ]
  assert.deepEqual(await TagPolicy(iam)({ PolicyArn, Tags }, caller), {})
  const { Tags: tags } = await ListPolicyTags(iam)({ PolicyArn }, caller)
  assert.deepEqual(tags, [
    { Key: 'more', Value: '3' },
    { Key: 'other', Value: '' },
    { Key: 'test', Value: '2' },
  ])
})

test('the same key twice is refused, and so are more than 50 in the end', async () => {
  const caller = newCaller()
  const PolicyArn = await makePolicy(iam, caller, 'p', { Tags: first })
  const tags = (keys: readonly string[]) => keys.map((Key) => ({ Key, Value: 'v' }))
  await refused(
    () => TagPolicy(iam)({ PolicyArn, Tags: tags(['a', 'A']) }, caller),
    'InvalidInput',
    'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
  )
  const more = Array.from({ length: 49 }, (_, index) => `k${index}`)
  await refused(
    () => TagPolicy(iam)({ PolicyArn, Tags: tags(more) }, caller),
    'LimitExceeded',
    'Cannot exceed quota for TagsPerPolicy: 50',
    409,
  )
  await TagPolicy(iam)({ PolicyArn, Tags: tags(['TEST', ...more.slice(1)]) }, caller)
})

test('a policy that is not there', async () => {
  const caller = newCaller()
  const PolicyArn = `arn:aws:iam::${caller.account}:policy/none`
  await refused(
    () => TagPolicy(iam)({ PolicyArn, Tags: first }, caller),
    'NoSuchEntity',
    `Policy ${PolicyArn} was not found.`,
    404,
  )
})
