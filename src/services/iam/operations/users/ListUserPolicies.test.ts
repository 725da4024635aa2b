import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { allPages, logsPolicy, makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { ListUserPolicies } from './ListUserPolicies.ts'
import { PutUserPolicy } from './PutUserPolicy.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const UserName = 'r'

test("the user's own, sorted, in pages", async () => {
  const caller = newCaller()
  await makeUser(iam, caller, UserName)
  await makeUser(iam, caller, 'other')
  for (const PolicyName of ['c', 'a', 'b']) {
    await PutUserPolicy(iam)({ UserName, PolicyName, PolicyDocument: logsPolicy }, caller)
  }
  for (const MaxItems of [1, 2, 3]) {
    const pages = await allPages(
      (Marker) => ListUserPolicies(iam)({ UserName, MaxItems, Marker }, caller),
      (answer) => answer.PolicyNames ?? [],
    )
    assert.deepEqual(pages.flat(), ['a', 'b', 'c'])
    assert.equal(pages.length, Math.ceil(3 / MaxItems))
  }
  assert.deepEqual(await ListUserPolicies(iam)({ UserName: 'other' }, caller), {
    PolicyNames: [],
    IsTruncated: false,
  })
})

test('a user that is not there', async () => {
  await refused(
    () => ListUserPolicies(iam)({ UserName: 'none' }, newCaller()),
    'NoSuchEntity',
    'The user with name none cannot be found.',
    404,
  )
})
