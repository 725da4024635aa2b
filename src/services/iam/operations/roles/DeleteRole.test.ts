import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  logsPolicy,
  makeInstanceProfile,
  makeRole,
  newCaller,
  openIam,
  refused,
} from '../../test-support.ts'
import { AddRoleToInstanceProfile } from '../instance-profiles/AddRoleToInstanceProfile.ts'
import { RemoveRoleFromInstanceProfile } from '../instance-profiles/RemoveRoleFromInstanceProfile.ts'
import { AttachRolePolicy } from './AttachRolePolicy.ts'
import { DeleteRole } from './DeleteRole.ts'
import { DeleteRolePolicy } from './DeleteRolePolicy.ts'
import { DetachRolePolicy } from './DetachRolePolicy.ts'
import { GetRole } from './GetRole.ts'
import { PutRolePolicy } from './PutRolePolicy.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const basic = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'

test('its managed policies must be detached first, then its inline ones deleted', async () => {
  const caller = newCaller()
  const RoleName = 'busy'
  await makeRole(iam, caller, RoleName)
  await AttachRolePolicy(iam)({ RoleName, PolicyArn: basic }, caller)
  await PutRolePolicy(iam)({ RoleName, PolicyName: 'in', PolicyDocument: logsPolicy }, caller)
  await refused(
    () => DeleteRole(iam)({ RoleName }, caller),
    'DeleteConflict',
    'Cannot delete entity, must detach all policies first.',
    409,
  )
  await DetachRolePolicy(iam)({ RoleName, PolicyArn: basic }, caller)
  await refused(
    () => DeleteRole(iam)({ RoleName }, caller),
    'DeleteConflict',
    'Cannot delete entity, must delete policies first.',
    409,
  )
  await DeleteRolePolicy(iam)({ RoleName, PolicyName: 'in' }, caller)
  assert.deepEqual(await DeleteRole(iam)({ RoleName: 'BUSY' }, caller), {})
  await refused(
    () => DeleteRole(iam)({ RoleName }, caller),
    'NoSuchEntity',
    'The role with name busy cannot be found.',
    404,
  )
})

test('it must be in no instance profile', async () => {
  const caller = newCaller()
  const both = { InstanceProfileName: 'p', RoleName: 'r' }
  await makeRole(iam, caller, 'r')
  await makeInstanceProfile(iam, caller, 'p')
  await AddRoleToInstanceProfile(iam)(both, caller)
  await refused(
    () => DeleteRole(iam)({ RoleName: 'r' }, caller),
    'DeleteConflict',
    'Cannot delete entity, must remove roles from instance profile first.',
    409,
  )
  await RemoveRoleFromInstanceProfile(iam)(both, caller)
  await DeleteRole(iam)({ RoleName: 'r' }, caller)
})

test('its sessions end with it', async () => {
  const caller = newCaller()
  const principalArn = await makeRole(iam, caller, 'r')
  const { Role: role } = await GetRole(iam)({ RoleName: 'r' }, caller)
  const owner = { account: caller.account, principalArn, userId: `${role?.RoleId}:session` }
  const { accessKeyId } = await iam.credentials.createTemporary(owner, 60_000)
  assert.ok(await iam.credentials.find(accessKeyId))
  await DeleteRole(iam)({ RoleName: 'r' }, caller)
  assert.equal(await iam.credentials.find(accessKeyId), undefined)
})

test('a role made again under the name is another one', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, 'again')
  const before = await GetRole(iam)({ RoleName: 'again' }, caller)
  await DeleteRole(iam)({ RoleName: 'again' }, caller)
  await makeRole(iam, caller, 'again')
  const now = await GetRole(iam)({ RoleName: 'again' }, caller)
  assert.notEqual(now.Role?.RoleId, before.Role?.RoleId)
})
