import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeGroup, newCaller, openIam, refused } from '../../test-support.ts'
import { CreateGroup } from './CreateGroup.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('the group has an id and an ARN with the path', async () => {
  const caller = newCaller()
  const { Group: group } = await CreateGroup(iam)({ GroupName: 'Devs', Path: '/a/' }, caller)
  assert.match(group?.GroupId ?? '', /^AGPA[A-Z2-7]{17}$/)
  assert.deepEqual(group, {
    Path: '/a/',
    GroupName: 'Devs',
    GroupId: group?.GroupId,
    Arn: `arn:aws:iam::${caller.account}:group/a/Devs`,
    CreateDate: new Date('2026-01-02T03:04:05Z'),
  })
})

test('names differ by more than case', async () => {
  const caller = newCaller()
  await makeGroup(iam, caller, 'Devs')
  await refused(
    () => makeGroup(iam, caller, 'devs'),
    'EntityAlreadyExists',
    'Group with name devs already exists.',
    409,
  )
})

test('an account has 300 groups at most', async () => {
  const caller = newCaller()
  await Promise.all(Array.from({ length: 300 }, (_, index) => makeGroup(iam, caller, `g${index}`)))
  await refused(
    () => makeGroup(iam, caller, 'one-more'),
    'LimitExceeded',
    'Cannot exceed quota for GroupsPerAccount: 300',
    409,
  )
})
