import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  logsPolicy,
  makePolicy,
  makeRole,
  newCaller,
  openIam,
  refused,
} from '../../test-support.ts'
import { AttachRolePolicy } from '../roles/AttachRolePolicy.ts'
import { CreatePolicyVersion } from './CreatePolicyVersion.ts'
import { DeletePolicy } from './DeletePolicy.ts'
import { DeletePolicyVersion } from './DeletePolicyVersion.ts'
import { DeleteRolePermissionsBoundary } from '../roles/DeleteRolePermissionsBoundary.ts'
import { DetachRolePolicy } from '../roles/DetachRolePolicy.ts'
import { ListPolicyVersions } from './ListPolicyVersions.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('not while a role uses it, in whichever way', async () => {
  const caller = newCaller()
  const PolicyArn = await makePolicy(iam, caller, 'p')
  const RoleName = 'r'
  const conflict = () =>
    refused(
      () => DeletePolicy(iam)({ PolicyArn }, caller),
      'DeleteConflict',
      'Cannot delete a policy attached to entities.',
      409,
    )
  await makeRole(iam, caller, RoleName, { PermissionsBoundary: PolicyArn })
  await conflict()
  await AttachRolePolicy(iam)({ RoleName, PolicyArn }, caller)
  await DeleteRolePermissionsBoundary(iam)({ RoleName }, caller)
  await conflict()
  await DetachRolePolicy(iam)({ RoleName, PolicyArn }, caller)
  assert.deepEqual(await DeletePolicy(iam)({ PolicyArn }, caller), {})
})

test('not while it has other versions; and made again it has none of them', async () => {
  const caller = newCaller()
  const PolicyArn = await makePolicy(iam, caller, 'p')
  await CreatePolicyVersion(iam)({ PolicyArn, PolicyDocument: logsPolicy }, caller)
  await refused(
    () => DeletePolicy(iam)({ PolicyArn }, caller),
    'DeleteConflict',
    "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    409,
  )
  await DeletePolicyVersion(iam)({ PolicyArn, VersionId: 'v2' }, caller)
  await DeletePolicy(iam)({ PolicyArn }, caller)
  await makePolicy(iam, caller, 'p')
  const { Versions: versions } = await ListPolicyVersions(iam)({ PolicyArn }, caller)
  assert.deepEqual(
    versions?.map((version) => version.VersionId),
    ['v1'],
  )
})
