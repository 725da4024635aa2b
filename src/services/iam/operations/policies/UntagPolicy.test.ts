import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makePolicy, newCaller, openIam, refused } from '../../test-support.ts'
import { ListPolicyTags } from './ListPolicyTags.ts'
import { UntagPolicy } from './UntagPolicy.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const first = ['a', 'b', 'c'].map((Key) => ({ Key, Value: 'v' }))

test('removes keys whatever their case and ignores those that are not there', async () => {
  const caller = newCaller()
  const PolicyArn = await makePolicy(iam, caller, 'p', { Tags: first })
  const TagKeys = ['A', 'c', 'none']
  assert.deepEqual(await UntagPolicy(iam)({ PolicyArn, TagKeys }, caller), {})
  const { Tags: tags } = await ListPolicyTags(iam)({ PolicyArn }, caller)
  assert.deepEqual(tags, [{ Key: 'b', Value: 'v' }])
})

test('a policy that is not there', async () => {
  const caller = newCaller()
  const PolicyArn = `arn:aws:iam::${caller.account}:policy/none`
  await refused(
    () => UntagPolicy(iam)({ PolicyArn, TagKeys: ['a'] }, caller),
    'NoSuchEntity',
    `Policy ${PolicyArn} was not found.`,
    404,
  )
})
