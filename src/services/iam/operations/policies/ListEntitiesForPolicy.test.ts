import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  allPages,
  makeGroup,
  makePolicy,
  makeRole,
  makeUser,
  newCaller,
  openIam,
  refused,
} from '../../test-support.ts'
import { AttachGroupPolicy } from '../groups/AttachGroupPolicy.ts'
import { AttachRolePolicy } from '../roles/AttachRolePolicy.ts'
import { AttachUserPolicy } from '../users/AttachUserPolicy.ts'
import { ListEntitiesForPolicy } from './ListEntitiesForPolicy.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

/** Two roles, a user and a group have the policy; another role and user have it as their boundary. */
async function fill(caller: ReturnType<typeof newCaller>, PolicyArn: string): Promise<void> {
  for (const RoleName of ['r1', 'R2']) {
    await makeRole(iam, caller, RoleName, { Path: RoleName === 'r1' ? '/x/' : '/' })
    await AttachRolePolicy(iam)({ RoleName, PolicyArn }, caller)
  }
  await makeUser(iam, caller, 'u')
  await AttachUserPolicy(iam)({ UserName: 'u', PolicyArn }, caller)
  await makeGroup(iam, caller, 'g')
  await AttachGroupPolicy(iam)({ GroupName: 'g', PolicyArn }, caller)
  await makeRole(iam, caller, 'bounded-role', { PermissionsBoundary: PolicyArn })
  await makeUser(iam, caller, 'bounded-user', { PermissionsBoundary: PolicyArn })
  await makeRole(iam, caller, 'neither')
}

type Input = Omit<Parameters<ReturnType<typeof ListEntitiesForPolicy>>[0], 'Marker'>

async function namesOf(input: Input, caller: ReturnType<typeof newCaller>) {
  const pages = await allPages(
    (Marker) => ListEntitiesForPolicy(iam)({ ...input, Marker }, caller),
    (answer) => [
      ...(answer.PolicyGroups ?? []).map((each) => each.GroupName),
      ...(answer.PolicyRoles ?? []).map((each) => each.RoleName),
      ...(answer.PolicyUsers ?? []).map((each) => each.UserName),
    ],
  )
  return pages.flat()
}

test('groups, roles and users, by name, in pages, for both kinds of policies', async () => {
  const caller = newCaller()
  const own = await makePolicy(iam, caller, 'own')
  const of = { [own]: caller, 'arn:aws:iam::aws:policy/ReadOnlyAccess': newCaller() }
  for (const [PolicyArn, account] of Object.entries(of)) {
    await fill(account, PolicyArn)
    for (const MaxItems of [1, 2, 3, 4, 5, 6]) {
      const names = await namesOf({ PolicyArn, MaxItems }, account)
      assert.deepEqual(names, ['g', 'bounded-role', 'r1', 'R2', 'bounded-user', 'u'])
    }
  }
})

test('with their ids, by kind, path and use', async () => {
  const caller = newCaller()
  const PolicyArn = await makePolicy(iam, caller, 'own')
  await fill(caller, PolicyArn)
  const { PolicyRoles: roles } = await ListEntitiesForPolicy(iam)(
    { PolicyArn, EntityFilter: 'Role' },
    caller,
  )
  assert.match(roles?.[0]?.RoleId ?? '', /^AROA/)
  const cases: [Omit<Input, 'PolicyArn'>, string[]][] = [
    [{ EntityFilter: 'Role' }, ['bounded-role', 'r1', 'R2']],
    [{ EntityFilter: 'User', MaxItems: 1 }, ['bounded-user', 'u']],
    [{ EntityFilter: 'LocalManagedPolicy' }, []],
    [{ PathPrefix: '/x/' }, ['r1']],
    [{ PolicyUsageFilter: 'PermissionsBoundary', MaxItems: 1 }, ['bounded-role', 'bounded-user']],
    [{ PolicyUsageFilter: 'PermissionsPolicy' }, ['g', 'r1', 'R2', 'u']],
  ]
  for (const [more, names] of cases) {
    assert.deepEqual(await namesOf({ PolicyArn, ...more }, caller), names, JSON.stringify(more))
  }
})

test('a policy that is not there', async () => {
  const caller = newCaller()
  const PolicyArn = `arn:aws:iam::${caller.account}:policy/none`
  await refused(
    () => ListEntitiesForPolicy(iam)({ PolicyArn }, caller),
    'NoSuchEntity',
    `Policy ${PolicyArn} was not found.`,
    404,
  )
})
