import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { allPages, logsPolicy, makeRole, newCaller, openIam, refused } from '../../test-support.ts'
import { ListRolePolicies } from './ListRolePolicies.ts'
import { PutRolePolicy } from './PutRolePolicy.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const RoleName = 'r'

test("the role's own, sorted, in pages", async () => {
  const caller = newCaller()
  await makeRole(iam, caller, RoleName)
  await makeRole(iam, caller, 'other')
  for (const PolicyName of ['c', 'a', 'b']) {
    await PutRolePolicy(iam)({ RoleName, PolicyName, PolicyDocument: logsPolicy }, caller)
  }
  for (const MaxItems of [1, 2, 3]) {
    const pages = await allPages(
      (Marker) => ListRolePolicies(iam)({ RoleName, MaxItems, Marker }, caller),
      (answer) => answer.PolicyNames ?? [],
    )
    assert.deepEqual(pages.flat(), ['a', 'b', 'c'])
    assert.equal(pages.length, Math.ceil(3 / MaxItems))
  }
  assert.deepEqual(await ListRolePolicies(iam)({ RoleName: 'other' }, caller), {
    PolicyNames: [],
    IsTruncated: false,
  })
})

test('a role that is not there', async () => {
  await refused(
    () => ListRolePolicies(iam)({ RoleName: 'none' }, newCaller()),
    'NoSuchEntity',
    'The role with name none cannot be found.',
    404,
  )
})
