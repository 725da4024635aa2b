import { after, test } from 'node:test'
import { makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { GetLoginProfile } from './GetLoginProfile.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('nobody has one', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, 'Ann')
  await refused(
    () => GetLoginProfile(iam)({ UserName: 'ann' }, caller),
    'NoSuchEntity',
    'Login Profile for User Ann cannot be found.',
    404,
  )
  await refused(
    () => GetLoginProfile(iam)({}, caller),
    'NoSuchEntity',
    `Login Profile for User ${caller.account} cannot be found.`,
    404,
  )
})

test('a user that is not there', async () => {
  await refused(
    () => GetLoginProfile(iam)({ UserName: 'none' }, newCaller()),
    'NoSuchEntity',
    'The user with name none cannot be found.',
    404,
  )
})
