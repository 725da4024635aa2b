import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { allPages, makeGroup, newCaller, openIam, refused } from '../../test-support.ts'
import { AttachGroupPolicy } from './AttachGroupPolicy.ts'
import { ListAttachedGroupPolicies } from './ListAttachedGroupPolicies.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const GroupName = 'r'
const names = ['C', 'a', 'B', 'service-role/D', 'service-role/E']
const arns = names.map((name) => `arn:aws:iam::aws:policy/${name}`)

test('in the order of attaching, in pages, by path', async () => {
  const caller = newCaller()
  await makeGroup(iam, caller, GroupName)
  for (const PolicyArn of arns) await AttachGroupPolicy(iam)({ GroupName, PolicyArn }, caller)
  for (const MaxItems of [1, 2, 5, 6]) {
    const pages = await allPages(
      (Marker) => ListAttachedGroupPolicies(iam)({ GroupName, MaxItems, Marker }, caller),
      (answer) => answer.AttachedPolicies ?? [],
    )
    assert.deepEqual(
      pages.flat(),
      ['C', 'a', 'B', 'D', 'E'].map((PolicyName, index) => ({
        PolicyName,
        PolicyArn: arns[index],
      })),
    )
    assert.equal(pages.length, Math.ceil(5 / MaxItems))
  }
  const PathPrefix = '/service-role/'
  const ofPath = await allPages(
    (Marker) =>
      ListAttachedGroupPolicies(iam)({ GroupName, PathPrefix, MaxItems: 1, Marker }, caller),
    (answer) => answer.AttachedPolicies ?? [],
  )
  assert.deepEqual(
    ofPath.flat().map((policy) => policy.PolicyName),
    ['D', 'E'],
  )
})

test('markers and groups that are none', async () => {
  const caller = newCaller()
  await makeGroup(iam, caller, GroupName)
  for (const Marker of ['x', Buffer.from('attached:-1').toString('base64url')]) {
    await refused(
      () => ListAttachedGroupPolicies(iam)({ GroupName, Marker }, caller),
      'ValidationError',
      'Invalid Marker.',
    )
  }
  await refused(
    () => ListAttachedGroupPolicies(iam)({ GroupName: 'none' }, caller),
    'NoSuchEntity',
    'The group with name none cannot be found.',
    404,
  )
})
