import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { ListUserTags } from './ListUserTags.ts'
import { TagUser } from './TagUser.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const first = [
  { Key: 'Test', Value: '1' },
  { Key: 'other', Value: '' },
]

test('adds, and takes the place of a key whatever its case', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, 'r', { Tags: first })
  const UserName = 'r'
  const Tags = [
    { Key: 'test', Value: '2' },
    { Key: 'more', Value: '3' },
  ]
  assert.deepEqual(await TagUser(iam)({ UserName, Tags }, caller), {})
  const { Tags: tags } = await ListUserTags(iam)({ UserName }, caller)
  assert.deepEqual(tags, [
    { Key: 'more', Value: '3' },
    { Key: 'other', Value: '' },
    { Key: 'test', Value: '2' },
  ])
})

test('the same key twice is refused, and so are more than 50 in the end', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, 'r', { Tags: first })
  const UserName = 'r'
  const tags = (keys: readonly string[]) => keys.map((Key) => ({ Key, Value: 'v' }))
  await refused(
    () => TagUser(iam)({ UserName, Tags: tags(['a', 'A']) }, caller),
    'InvalidInput',
    'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
  )
  const more = Array.from({ length: 49 }, (_, index) => `k${index}`)
  await refused(
    () => TagUser(iam)({ UserName, Tags: tags(more) }, caller),
    'LimitExceeded',
    'Cannot exceed quota for TagsPerUser: 50',
    409,
  )
  await TagUser(iam)({ UserName, Tags: tags(['TEST', ...more.slice(1)]) }, caller)
})

test('a user that is not there', async () => {
  const caller = newCaller()
  const UserName = 'none'
  await refused(
    () => TagUser(iam)({ UserName, Tags: first }, caller),
    'NoSuchEntity',
    'The user with name none cannot be found.',
    404,
  )
})
