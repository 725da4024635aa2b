/** Lists of what nobody has here: whoever deletes a user asks for them first. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { callsOf } from './call.test-kit.ts'
import { makeUser, newCaller, openIam, refused } from './test-support.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())
const call = callsOf(iam)

const ofUsers = [
  ['ListMFADevices', 'MFADevices'],
  ['ListSSHPublicKeys', 'SSHPublicKeys'],
  ['ListServiceSpecificCredentials', 'ServiceSpecificCredentials'],
  ['ListSigningCertificates', 'Certificates'],
] as const

for (const [operation, member] of ofUsers) {
  const none = { [member]: [], IsTruncated: false }

  test(`${operation}: a user has none, and the root user neither`, async () => {
    const caller = newCaller()
    await makeUser(iam, caller, 'ann')
    assert.deepEqual(await call(operation, { UserName: 'ann' }, caller), none)
    assert.deepEqual(await call(operation, {}, caller), none)
  })

  test(`${operation}: a user that is not there`, async () => {
    await refused(
      () => call(operation, { UserName: 'none' }, newCaller()),
      'NoSuchEntity',
      'The user with name none cannot be found.',
      404,
    )
  })
}

test('what nobody has, all users together do not have', async () => {
  const all = await call('ListServiceSpecificCredentials', { AllUsers: true }, newCaller())
  assert.deepEqual(all, { ServiceSpecificCredentials: [], IsTruncated: false })
})

const ofAccounts = [
  ['ListServerCertificates', 'ServerCertificateMetadataList'],
  ['ListVirtualMFADevices', 'VirtualMFADevices'],
] as const

for (const [operation, member] of ofAccounts) {
  test(`${operation}: an account has none`, async () => {
    const none = { [member]: [], IsTruncated: false }
    assert.deepEqual(await call(operation, {}, newCaller()), none)
  })
}
