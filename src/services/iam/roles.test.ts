/** The port through which others ask about roles. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { lateRoles } from './index.ts'
import { CreateServiceLinkedRole } from './operations/service-linked-roles/CreateServiceLinkedRole.ts'
import { makeRole, newCaller, openIam, trustPolicy } from './test-support.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())
const roles = lateRoles(iam.store)

const lambda = 'lambda.amazonaws.com'

test('a role by its exact ARN', async () => {
  const caller = newCaller()
  const arn = await makeRole(iam, caller, 'Worker', { Path: '/x/', MaxSessionDuration: 7200 })
  const role = await roles.find(arn)
  assert.match(role?.id ?? '', /^AROA/)
  assert.deepEqual(
    [role?.arn, role?.name, role?.account, role?.maxSessionSeconds, role?.trustPolicy],
    [arn, 'Worker', caller.account, 7200, trustPolicy],
  )
  for (const other of [
    arn.replace('/x/', '/'),
    arn.replace('Worker', 'worker'),
    arn.replace(caller.account, newCaller().account),
    arn.replace('arn:aws:', 'arn:aws-cn:'),
    arn.replace(':role/', ':user/'),
    arn.replace(':iam:', ':sts:'),
    'Worker',
    '',
  ]) {
    assert.equal(await roles.find(other), undefined, other)
  }
})

test('a service may act with a role that trusts it; nobody may with one that is absent', async () => {
  const caller = newCaller()
  const worker = await makeRole(iam, caller, 'worker')
  assert.equal(await roles.access(worker, lambda), 'assumable')
  assert.equal(await roles.access(worker, 'ec2.amazonaws.com'), 'not assumable')
  assert.equal(await roles.access(`${worker}-none`, lambda), 'absent')
  assert.equal(await roles.access('any', lambda), 'absent')
})

test('what the service brings is what conditions are held against', async () => {
  const caller = newCaller()
  const statement = {
    Effect: 'Allow',
    Principal: { Service: lambda },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'aws:SourceAccount': caller.account } },
  }
  const arn = await makeRole(iam, caller, 'r', {
    AssumeRolePolicyDocument: JSON.stringify({ Statement: statement }),
  })
  const from = (account: string) => roles.access(arn, lambda, { 'aws:SourceAccount': account })
  assert.equal(await from(caller.account), 'assumable')
  assert.equal(await from('999999999999'), 'not assumable')
  assert.equal(await roles.access(arn, lambda), 'not assumable')
})

test("a service-linked role is its service's", async () => {
  const caller = newCaller()
  const AWSServiceName = 'ecs.amazonaws.com'
  const { Role: role } = await CreateServiceLinkedRole(iam)({ AWSServiceName }, caller)
  assert.equal(await roles.access(role?.Arn ?? '', AWSServiceName), 'assumable')
  assert.equal(await roles.access(role?.Arn ?? '', lambda), 'not assumable')
})
