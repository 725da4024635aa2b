import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { allPages, makeRole, newCaller, openIam, refused } from '../../test-support.ts'
import { AttachRolePolicy } from './AttachRolePolicy.ts'
import { ListAttachedRolePolicies } from './ListAttachedRolePolicies.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const RoleName = 'r'
const names = ['C', 'a', 'B', 'service-role/D', 'service-role/E']
const arns = names.map((name) => `arn:aws:iam::aws:policy/${name}`)

test('in the order of attaching, in pages, by path', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, RoleName)
  for (const PolicyArn of arns) await AttachRolePolicy(iam)({ RoleName, PolicyArn }, caller)
  for (const MaxItems of [1, 2, 5, 6]) {
    const pages = await allPages(
      (Marker) => ListAttachedRolePolicies(iam)({ RoleName, MaxItems, Marker }, caller),
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
      ListAttachedRolePolicies(iam)({ RoleName, PathPrefix, MaxItems: 1, Marker }, caller),
    (answer) => answer.AttachedPolicies ?? [],
  )
  assert.deepEqual(
    ofPath.flat().map((policy) => policy.PolicyName),
    ['D', 'E'],
  )
})

test('markers and roles that are none', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, RoleName)
  for (const Marker of ['x', Buffer.from('attached:-1').toString('base64url')]) {
    await refused(
      () => ListAttachedRolePolicies(iam)({ RoleName, Marker }, caller),
      'ValidationError',
      'Invalid Marker.',
    )
  }
  await refused(
    () => ListAttachedRolePolicies(iam)({ RoleName: 'none' }, caller),
    'NoSuchEntity',
    'The role with name none cannot be found.',
    404,
  )
})
