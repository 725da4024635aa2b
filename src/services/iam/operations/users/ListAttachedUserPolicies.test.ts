import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { allPages, makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { AttachUserPolicy } from './AttachUserPolicy.ts'
import { ListAttachedUserPolicies } from './ListAttachedUserPolicies.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const UserName = 'r'
const names = ['C', 'a', 'B', 'service-role/D', 'service-role/E']
const arns = names.map((name) => `arn:aws:iam::aws:policy/${name}`)

test('in the order of attaching, in pages, by path', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, UserName)
  for (const PolicyArn of arns) await AttachUserPolicy(iam)({ UserName, PolicyArn }, caller)
  for (const MaxItems of [1, 2, 5, 6]) {
    const pages = await allPages(
      (Marker) => ListAttachedUserPolicies(iam)({ UserName, MaxItems, Marker }, caller),
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
      ListAttachedUserPolicies(iam)({ UserName, PathPrefix, MaxItems: 1, Marker }, caller),
    (answer) => answer.AttachedPolicies ?? [],
  )
  assert.deepEqual(
    ofPath.flat().map((policy) => policy.PolicyName),
    ['D', 'E'],
  )
})

test('markers and users that are none', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, UserName)
  for (const Marker of ['x', Buffer.from('attached:-1').toString('base64url')]) {
    await refused(
      () => ListAttachedUserPolicies(iam)({ UserName, Marker }, caller),
      'ValidationError',
      'Invalid Marker.',
    )
  }
  await refused(
    () => ListAttachedUserPolicies(iam)({ UserName: 'none' }, caller),
    'NoSuchEntity',
    'The user with name none cannot be found.',
    404,
  )
})
