import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  allPages,
  logsPolicy,
  makeGroup,
  makeInstanceProfile,
  makePolicy,
  makeRole,
  makeUser,
  newCaller,
  openIam,
  trustPolicy,
} from '../../test-support.ts'
import { AddUserToGroup } from '../groups/AddUserToGroup.ts'
import { PutGroupPolicy } from '../groups/PutGroupPolicy.ts'
import { AddRoleToInstanceProfile } from '../instance-profiles/AddRoleToInstanceProfile.ts'
import { CreatePolicyVersion } from '../policies/CreatePolicyVersion.ts'
import { AttachRolePolicy } from '../roles/AttachRolePolicy.ts'
import { PutUserPolicy } from '../users/PutUserPolicy.ts'
import { GetAccountAuthorizationDetails } from './GetAccountAuthorizationDetails.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const document = encodeURIComponent(logsPolicy).replaceAll('*', '%2A')
const inline = [{ PolicyName: 'in', PolicyDocument: document }]

/** One of each, with something on each. */
async function fill(caller: ReturnType<typeof newCaller>): Promise<string> {
  const PolicyArn = await makePolicy(iam, caller, 'own', { Description: 'd' })
  await CreatePolicyVersion(iam)({ PolicyArn, PolicyDocument: logsPolicy }, caller)
  await makeRole(iam, caller, 'r', { Tags: [{ Key: 'a', Value: 'b' }] })
  await AttachRolePolicy(iam)({ RoleName: 'r', PolicyArn }, caller)
  await makeInstanceProfile(iam, caller, 'p')
  await AddRoleToInstanceProfile(iam)({ InstanceProfileName: 'p', RoleName: 'r' }, caller)
  await makeUser(iam, caller, 'u', { PermissionsBoundary: PolicyArn })
  await makeGroup(iam, caller, 'g')
  await AddUserToGroup(iam)({ GroupName: 'g', UserName: 'u' }, caller)
  const policy = { PolicyName: 'in', PolicyDocument: logsPolicy }
  await PutUserPolicy(iam)({ UserName: 'u', ...policy }, caller)
  await PutGroupPolicy(iam)({ GroupName: 'g', ...policy }, caller)
  return PolicyArn
}

test('everything with all that hangs on it', async () => {
  const caller = newCaller()
  const PolicyArn = await fill(caller)
  const details = await GetAccountAuthorizationDetails(iam)({}, caller)
  const [user] = details.UserDetailList ?? []
  assert.deepEqual(
    [user?.UserName, user?.UserPolicyList, user?.GroupList, user?.AttachedManagedPolicies],
    ['u', inline, ['g'], []],
  )
  assert.equal(user?.PermissionsBoundary?.PermissionsBoundaryArn, PolicyArn)
  const [group] = details.GroupDetailList ?? []
  assert.deepEqual([group?.GroupName, group?.GroupPolicyList], ['g', inline])
  const [role] = details.RoleDetailList ?? []
  assert.deepEqual(role?.AttachedManagedPolicies, [{ PolicyName: 'own', PolicyArn }])
  assert.equal(role?.InstanceProfileList?.[0]?.InstanceProfileName, 'p')
  assert.deepEqual(role?.Tags, [{ Key: 'a', Value: 'b' }])
  assert.equal(decodeURIComponent(role?.AssumeRolePolicyDocument ?? ''), trustPolicy)
  const [policy] = details.Policies ?? []
  assert.deepEqual(
    [policy?.AttachmentCount, policy?.PermissionsBoundaryUsageCount, policy?.Description],
    [1, 1, 'd'],
  )
  assert.deepEqual(
    policy?.PolicyVersionList?.map((each) => [
      each.VersionId,
      each.IsDefaultVersion,
      each.Document,
    ]),
    [
      ['v2', false, document],
      ['v1', true, document],
    ],
  )
})

test('of the kinds that are asked for, in pages', async () => {
  const caller = newCaller()
  await fill(caller)
  await makeUser(iam, caller, 'v')
  type Filter = 'User' | 'Role' | 'Group' | 'LocalManagedPolicy' | 'AWSManagedPolicy'
  const namesOf = async (MaxItems: number, ...kinds: Filter[]) => {
    const pages = await allPages(
      (Marker) => GetAccountAuthorizationDetails(iam)({ Filter: kinds, MaxItems, Marker }, caller),
      (answer) => [
        ...(answer.GroupDetailList ?? []).map((each) => each.GroupName),
        ...(answer.Policies ?? []).map((each) => each.PolicyName),
        ...(answer.RoleDetailList ?? []).map((each) => each.RoleName),
        ...(answer.UserDetailList ?? []).map((each) => each.UserName),
      ],
    )
    for (const page of pages.slice(0, -1)) assert.equal(page.length, MaxItems)
    return pages.flat()
  }
  for (const MaxItems of [1, 2, 3, 4, 5, 6]) {
    assert.deepEqual(await namesOf(MaxItems), ['g', 'own', 'r', 'u', 'v'])
  }
  assert.deepEqual(await namesOf(1, 'User', 'Group'), ['g', 'u', 'v'])
  assert.deepEqual(await namesOf(1, 'LocalManagedPolicy'), ['own'])
  assert.deepEqual(await namesOf(1, 'AWSManagedPolicy'), [])
})
