import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeInstanceProfile, newCaller, openIam, refused } from '../../test-support.ts'
import { CreateInstanceProfile } from './CreateInstanceProfile.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('the profile has an id, an ARN with the path, and no role yet', async () => {
  const caller = newCaller()
  const Tags = [{ Key: 'a', Value: 'b' }]
  const input = { InstanceProfileName: 'Web', Path: '/x/', Tags }
  const { InstanceProfile: profile } = await CreateInstanceProfile(iam)(input, caller)
  assert.match(profile?.InstanceProfileId ?? '', /^AIPA[A-Z2-7]{17}$/)
  assert.deepEqual(profile, {
    Path: '/x/',
    InstanceProfileName: 'Web',
    InstanceProfileId: profile?.InstanceProfileId,
    Arn: `arn:aws:iam::${caller.account}:instance-profile/x/Web`,
    CreateDate: new Date('2026-01-02T03:04:05Z'),
    Roles: [],
    Tags,
  })
})

test('names differ by more than case', async () => {
  const caller = newCaller()
  await makeInstanceProfile(iam, caller, 'Web')
  await refused(
    () => makeInstanceProfile(iam, caller, 'web'),
    'EntityAlreadyExists',
    'Instance Profile web already exists.',
    409,
  )
})

test('an account has 1000 at most', async () => {
  const caller = newCaller()
  await Promise.all(
    Array.from({ length: 1000 }, (_, index) => makeInstanceProfile(iam, caller, `p${index}`)),
  )
  await refused(
    () => makeInstanceProfile(iam, caller, 'one-more'),
    'LimitExceeded',
    'Cannot exceed quota for InstanceProfilesPerAccount: 1000',
    409,
  )
})
