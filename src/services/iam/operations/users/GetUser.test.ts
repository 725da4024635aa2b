import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { asUser, makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { GetUser } from './GetUser.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('by name, whatever the case', async () => {
  const caller = newCaller()
  const arn = await makeUser(iam, caller, 'Ann', { Tags: [{ Key: 'a', Value: 'b' }] })
  const { User: user } = await GetUser(iam)({ UserName: 'ann' }, caller)
  assert.equal(user?.Arn, arn)
  assert.deepEqual(user?.Tags, [{ Key: 'a', Value: 'b' }])
})

test('without a name whoever asks: a user, by the last part of their ARN', async () => {
  const caller = newCaller()
  const arn = await makeUser(iam, caller, 'ann', { Path: '/a/b/' })
  const { User: user } = await GetUser(iam)({}, asUser(caller, arn))
  assert.equal(user?.UserName, 'ann')
})

test('without a name the root user is its account, and has no name', async () => {
  const caller = newCaller()
  const { User: user } = await GetUser(iam)({}, caller)
  assert.deepEqual(
    [user?.UserId, user?.Arn, user?.UserName],
    [caller.account, `arn:aws:iam::${caller.account}:root`, undefined],
  )
})

test('without a name a session is nobody', async () => {
  const caller = newCaller()
  const session = asUser(caller, `arn:aws:sts::${caller.account}:assumed-role/r/s`)
  await refused(
    () => GetUser(iam)({}, session),
    'ValidationError',
    'Must specify userName when calling with non-User credentials',
  )
})

test('a user that is not there', async () => {
  await refused(
    () => GetUser(iam)({ UserName: 'none' }, newCaller()),
    'NoSuchEntity',
    'The user with name none cannot be found.',
    404,
  )
})
