import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { allPages, logsPolicy, makeGroup, newCaller, openIam, refused } from '../../test-support.ts'
import { ListGroupPolicies } from './ListGroupPolicies.ts'
import { PutGroupPolicy } from './PutGroupPolicy.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const GroupName = 'r'

test("the group's own, sorted, in pages", async () => {
  const caller = newCaller()
  await makeGroup(iam, caller, GroupName)
  await makeGroup(iam, caller, 'other')
  for (const PolicyName of ['c', 'a', 'b']) {
    await PutGroupPolicy(iam)({ GroupName, PolicyName, PolicyDocument: logsPolicy }, caller)
  }
  for (const MaxItems of [1, 2, 3]) {
    const pages = await allPages(
      (Marker) => ListGroupPolicies(iam)({ GroupName, MaxItems, Marker }, caller),
      (answer) => answer.PolicyNames ?? [],
    )
    assert.deepEqual(pages.flat(), ['a', 'b', 'c'])
    assert.equal(pages.length, Math.ceil(3 / MaxItems))
  }
  assert.deepEqual(await ListGroupPolicies(iam)({ GroupName: 'other' }, caller), {
    PolicyNames: [],
    IsTruncated: false,
  })
})

test('a group that is not there', async () => {
  await refused(
    () => ListGroupPolicies(iam)({ GroupName: 'none' }, newCaller()),
    'NoSuchEntity',
    'The group with name none cannot be found.',
    404,
  )
})
