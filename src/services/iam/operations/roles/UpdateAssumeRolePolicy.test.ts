import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  makeRole,
  newCaller,
  openIam,
  refused,
  trustPolicy,
  trustPolicyOf,
} from '../../test-support.ts'
import { GetRole } from './GetRole.ts'
import { UpdateAssumeRolePolicy } from './UpdateAssumeRolePolicy.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const RoleName = 'r'

test('takes the place of the trust policy', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, RoleName)
  const PolicyDocument = trustPolicy.replace('lambda', 'edgelambda')
  assert.deepEqual(await UpdateAssumeRolePolicy(iam)({ RoleName, PolicyDocument }, caller), {})
  const { Role: role } = await GetRole(iam)({ RoleName }, caller)
  assert.equal(decodeURIComponent(role?.AssumeRolePolicyDocument ?? ''), PolicyDocument)
})

test('is checked like the first one, and nothing changes when it is refused', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, RoleName)
  await refused(
    () => UpdateAssumeRolePolicy(iam)({ RoleName, PolicyDocument: 'x' }, caller),
    'MalformedPolicyDocument',
    'This policy contains invalid Json',
  )
  await refused(
    () => UpdateAssumeRolePolicy(iam)({ RoleName, PolicyDocument: trustPolicyOf(2049) }, caller),
    'LimitExceeded',
    'Cannot exceed quota for ACLSizePerRole: 2048',
    409,
  )
  const { Role: role } = await GetRole(iam)({ RoleName }, caller)
  assert.equal(decodeURIComponent(role?.AssumeRolePolicyDocument ?? ''), trustPolicy)
})

test('a role that is not there', async () => {
  const input = { RoleName: 'none', PolicyDocument: trustPolicy }
  await refused(
    () => UpdateAssumeRolePolicy(iam)(input, newCaller()),
    'NoSuchEntity',
    'The role with name none cannot be found.',
    404,
  )
})
