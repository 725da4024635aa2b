import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeRole, newCaller, openIam, refused } from '../../test-support.ts'
import { ListRoleTags } from './ListRoleTags.ts'
import { UntagRole } from './UntagRole.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const first = ['a', 'b', 'c'].map((Key) => ({ Key, Value: 'v' }))

test('removes keys whatever their case and ignores those that are not there', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, 'r', { Tags: first })
  const RoleName = 'r'
  const TagKeys = ['A', 'c', 'none']
  assert.deepEqual(await UntagRole(iam)({ RoleName, TagKeys }, caller), {})
  const { Tags: tags } = await ListRoleTags(iam)({ RoleName }, caller)
  assert.deepEqual(tags, [{ Key: 'b', Value: 'v' }])
})

test('a role that is not there', async () => {
  const caller = newCaller()
  const RoleName = 'none'
  await refused(
    () => UntagRole(iam)({ RoleName, TagKeys: ['a'] }, caller),
    'NoSuchEntity',
    'The role with name none cannot be found.',
    404,
  )
})
