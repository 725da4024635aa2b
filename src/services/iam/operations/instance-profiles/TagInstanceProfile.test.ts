import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeInstanceProfile, newCaller, openIam, refused } from '../../test-support.ts'
import { ListInstanceProfileTags } from './ListInstanceProfileTags.ts'
import { TagInstanceProfile } from './TagInstanceProfile.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const first = [
  { Key: 'Test', Value: '1' },
  { Key: 'other', Value: '' },
]

test('adds, and takes the place of a key whatever its case', async () => {
  const caller = newCaller()
  await makeInstanceProfile(iam, caller, 'r', { Tags: first })
  const InstanceProfileName = 'r'
  const Tags = [
    { Key: 'test', Value: '2' },
    { Key: 'more', Value: '3' },
  ]
  assert.deepEqual(await TagInstanceProfile(iam)({ InstanceProfileName, Tags }, caller), {})
  const { Tags: tags } = await ListInstanceProfileTags(iam)({ InstanceProfileName }, caller)
  assert.deepEqual(tags, [
    { Key: 'more', Value: '3' },
    { Key: 'other', Value: '' },
    { Key: 'test', Value: '2' },
  ])
})

test('the same key twice is refused, and so are more than 50 in the end', async () => {
  const caller = newCaller()
  await makeInstanceProfile(iam, caller, 'r', { Tags: first })
  const InstanceProfileName = 'r'
  const tags = (keys: readonly string[]) => keys.map((Key) => ({ Key, Value: 'v' }))
  await refused(
    () => TagInstanceProfile(iam)({ InstanceProfileName, Tags: tags(['a', 'A']) }, caller),
    'InvalidInput',
    'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
  )
  const more = Array.from({ length: 49 }, (_, index) => `k${index}`)
  await refused(
    () => TagInstanceProfile(iam)({ InstanceProfileName, Tags: tags(more) }, caller),
    'LimitExceeded',
    'Cannot exceed quota for TagsPerInstanceProfile: 50',
    409,
  )
  await TagInstanceProfile(iam)(
    { InstanceProfileName, Tags: tags(['TEST', ...more.slice(1)]) },
    caller,
  )
})

test('an instance profile that is not there', async () => {
  const caller = newCaller()
  const InstanceProfileName = 'none'
  await refused(
    () => TagInstanceProfile(iam)({ InstanceProfileName, Tags: first }, caller),
    'NoSuchEntity',
    'Instance Profile none cannot be found.',
    404,
  )
})
