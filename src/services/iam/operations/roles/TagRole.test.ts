import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeRole, newCaller, openIam, refused } from '../../test-support.ts'
import { ListRoleTags } from './ListRoleTags.ts'
import { TagRole } from './TagRole.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const first = [
  { Key: 'Test', Value: '1' },
  { Key: 'other', Value: '' },
]

test('adds, and takes the place of a key whatever its case', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, 'r', { Tags: first })
  const RoleName = 'r'
  const Tags = [
    { Key: 'test', Value: '2' },
    { Key: 'more', Value: '3' },
  ]
  assert.deepEqual(await TagRole(iam)({ RoleName, Tags }, caller), {})
  const { Tags: tags } = await ListRoleTags(iam)({ RoleName }, caller)
  assert.deepEqual(tags, [
    { Key: 'more', Value: '3' },
    { Key: 'other', Value: '' },
    { Key: 'test', Value: '2' },
  ])
})

test('the same key twice is refused, and so are more than 50 in the end', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, 'r', { Tags: first })
  const RoleName = 'r'
  const tags = (keys: readonly string[]) => keys.map((Key) => ({ Key, Value: 'v' }))
  await refused(
    () => TagRole(iam)({ RoleName, Tags: tags(['a', 'A']) }, caller),
    'InvalidInput',
    'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
  )
  const more = Array.from({ length: 49 }, (_, index) => `k${index}`)
  await refused(
    () => TagRole(iam)({ RoleName, Tags: tags(more) }, caller),
    'LimitExceeded',
    'Cannot exceed quota for TagsPerRole: 50',
    409,
  )
  await TagRole(iam)({ RoleName, Tags: tags(['TEST', ...more.slice(1)]) }, caller)
})

test('a role that is not there', async () => {
  const caller = newCaller()
  const RoleName = 'none'
  await refused(
    () => TagRole(iam)({ RoleName, Tags: first }, caller),
    'NoSuchEntity',
    'The role with name none cannot be found.',
    404,
  )
})
