import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makePolicy, makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { GetUser } from './GetUser.ts'
import { PutUserPermissionsBoundary } from './PutUserPermissionsBoundary.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const UserName = 'r'

test('sets the boundary, and takes the place of the one before', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, UserName)
  const own = await makePolicy(iam, caller, 'own')
  for (const PermissionsBoundary of [own, 'arn:aws:iam::aws:policy/ReadOnlyAccess']) {
    const input = { UserName, PermissionsBoundary }
    assert.deepEqual(await PutUserPermissionsBoundary(iam)(input, caller), {})
    const { User: user } = await GetUser(iam)({ UserName }, caller)
    assert.equal(user?.PermissionsBoundary?.PermissionsBoundaryArn, PermissionsBoundary)
  }
})

test('a policy that is not there', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, UserName)
  const PermissionsBoundary = `arn:aws:iam::${caller.account}:policy/none`
  await refused(
    () => PutUserPermissionsBoundary(iam)({ UserName, PermissionsBoundary }, caller),
    'NoSuchEntity',
    `Scope ARN: ${PermissionsBoundary} does not exist or is not attachable.`,
    404,
  )
})

test('a user that is not there', async () => {
  await refused(
    () =>
      PutUserPermissionsBoundary(iam)(
        { UserName: 'none', PermissionsBoundary: 'arn:aws:iam::aws:policy/X' },
        newCaller(),
      ),
    'NoSuchEntity',
    'The user with name none cannot be found.',
    404,
  )
})
