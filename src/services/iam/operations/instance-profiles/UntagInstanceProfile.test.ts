import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeInstanceProfile, newCaller, openIam, refused } from '../../test-support.ts'
import { ListInstanceProfileTags } from './ListInstanceProfileTags.ts'
import { UntagInstanceProfile } from './UntagInstanceProfile.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const first = ['a', 'b', 'c'].map((Key) => ({ Key, Value: 'v' }))

test('removes keys whatever their case and ignores those that are not there', async () => {
  const caller = newCaller()
  await makeInstanceProfile(iam, caller, 'r', { Tags: first })
  const InstanceProfileName = 'r'
  const TagKeys = ['A', 'c', 'none']
  assert.deepEqual(await UntagInstanceProfile(iam)({ InstanceProfileName, TagKeys }, caller), {})
  const { Tags: tags } = await ListInstanceProfileTags(iam)({ InstanceProfileName }, caller)
  assert.deepEqual(tags, [{ Key: 'b', Value: 'v' }])
})

test('an instance profile that is not there', async () => {
  const caller = newCaller()
  const InstanceProfileName = 'none'
  await refused(
    () => UntagInstanceProfile(iam)({ InstanceProfileName, TagKeys: ['a'] }, caller),
    'NoSuchEntity',
    'Instance Profile none cannot be found.',
    404,
  )
})
