import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { logsPolicy, newCaller, openIam, refused, trustPolicy } from '../../test-support.ts'
import { DeleteRole } from '../roles/DeleteRole.ts'
import { GetRole } from '../roles/GetRole.ts'
import { ListAttachedRolePolicies } from '../roles/ListAttachedRolePolicies.ts'
import { AttachRolePolicy } from '../roles/AttachRolePolicy.ts'
import { PutRolePolicy } from '../roles/PutRolePolicy.ts'
import { TagRole } from '../roles/TagRole.ts'
import { UpdateAssumeRolePolicy } from '../roles/UpdateAssumeRolePolicy.ts'
import { UpdateRole } from '../roles/UpdateRole.ts'
import { CreateServiceLinkedRole } from './CreateServiceLinkedRole.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const RoleName = 'AWSServiceRoleForECS'
const AWSServiceName = 'ecs.amazonaws.com'

test("the role has its service's name, path, trust and policy", async () => {
  const caller = newCaller()
  const input = { AWSServiceName, Description: 'd' }
  const { Role: role } = await CreateServiceLinkedRole(iam)(input, caller)
  assert.equal(role?.RoleName, RoleName)
  assert.equal(
    role?.Arn,
    `arn:aws:iam::${caller.account}:role/aws-service-role/ecs.amazonaws.com/${RoleName}`,
  )
  assert.match(decodeURIComponent(role?.AssumeRolePolicyDocument ?? ''), /"ecs\.amazonaws\.com"/)
  const { AttachedPolicies: attached } = await ListAttachedRolePolicies(iam)({ RoleName }, caller)
  assert.deepEqual(attached, [
    {
      PolicyName: 'AmazonECSServiceRolePolicy',
      PolicyArn: 'arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy',
    },
  ])
  const got = await GetRole(iam)({ RoleName }, caller)
  assert.equal(got.Role?.Description, 'd')
})

test('one a service, unless its name may have a suffix', async () => {
  const caller = newCaller()
  const make = (service: string, CustomSuffix?: string) =>
    CreateServiceLinkedRole(iam)({ AWSServiceName: service, CustomSuffix }, caller)
  await make('ecs.amazonaws.com')
  await refused(
    () => make('ecs.amazonaws.com'),
    'InvalidInput',
    `Service role name ${RoleName} has been taken in this account, please try a different suffix.`,
  )
  await refused(
    () => make('es.amazonaws.com', 'mine'),
    'InvalidInput',
    'Custom suffix is not allowed for es.amazonaws.com',
  )
  const { Role: role } = await make('autoscaling.amazonaws.com', 'mine')
  assert.equal(role?.RoleName, 'AWSServiceRoleForAutoScaling_mine')
})

test('a service that is not known', async () => {
  for (const name of ['none.amazonaws.com', 'constructor']) {
    await refused(
      () => CreateServiceLinkedRole(iam)({ AWSServiceName: name }, newCaller()),
      'InvalidInput',
      `lambdad does not know the service-linked role of ${name}.`,
    )
  }
})

test("it is the service's to change, but for its description and tags", async () => {
  const caller = newCaller()
  await CreateServiceLinkedRole(iam)({ AWSServiceName }, caller)
  const inline = { RoleName, PolicyName: 'p', PolicyDocument: logsPolicy }
  for (const change of [
    () => DeleteRole(iam)({ RoleName }, caller),
    () => AttachRolePolicy(iam)({ RoleName, PolicyArn: 'arn:aws:iam::aws:policy/X' }, caller),
    () => PutRolePolicy(iam)(inline, caller),
    () => UpdateAssumeRolePolicy(iam)({ RoleName, PolicyDocument: trustPolicy }, caller),
    () => UpdateRole(iam)({ RoleName, MaxSessionDuration: 7200 }, caller),
  ]) {
    await refused(
      change,
      'UnmodifiableEntity',
      `Cannot perform the operation on the protected role '${RoleName}' - this role is only modifiable by AWS`,
    )
  }
  await UpdateRole(iam)({ RoleName, Description: 'new' }, caller)
  await TagRole(iam)({ RoleName, Tags: [{ Key: 'a', Value: 'b' }] }, caller)
})
