import { after, test } from 'node:test'
import { makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { DeleteLoginProfile } from './DeleteLoginProfile.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('nobody has one', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, 'Ann')
  await refused(
    () => DeleteLoginProfile(iam)({ UserName: 'ann' }, caller),
    'NoSuchEntity',
    'Login Profile for User Ann cannot be found.',
    404,
  )
  await refused(
    () => DeleteLoginProfile(iam)({}, caller),
    'NoSuchEntity',
    `Login Profile for User ${caller.account} cannot be found.`,
    404,
  )
})

test('a user that is not there', async () => {
  await refused(
    () => DeleteLoginProfile(iam)({ UserName: 'none' }, newCaller()),
    'NoSuchEntity',
    'The user with name none cannot be found.',
    404,
  )
})
