import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeRole, newCaller, openIam, refused } from '../../test-support.ts'
import { deletionTaskKeptMs } from '../../limits.ts'
import { GetRole } from '../roles/GetRole.ts'
import { CreateServiceLinkedRole } from './CreateServiceLinkedRole.ts'
import { GetServiceLinkedRoleDeletionStatus } from './GetServiceLinkedRoleDeletionStatus.ts'
import { DeleteServiceLinkedRole } from './DeleteServiceLinkedRole.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const RoleName = 'AWSServiceRoleForECS'

test('the role is gone, and can be made anew', async () => {
  const caller = newCaller()
  for (const _ of [1, 2]) {
    await CreateServiceLinkedRole(iam)({ AWSServiceName: 'ecs.amazonaws.com' }, caller)
    const { DeletionTaskId: id } = await DeleteServiceLinkedRole(iam)({ RoleName }, caller)
    const form =
      /^task\/aws-service-role\/ecs\.amazonaws\.com\/AWSServiceRoleForECS\/[0-9a-f-]{36}$/
    assert.match(id ?? '', form)
    await refused(
      () => GetRole(iam)({ RoleName }, caller),
      'NoSuchEntity',
      `The role with name ${RoleName} cannot be found.`,
      404,
    )
  }
})

test('tasks are remembered for a day', async () => {
  const caller = newCaller()
  const make = async () => {
    await CreateServiceLinkedRole(iam)({ AWSServiceName: 'ecs.amazonaws.com' }, caller)
    return DeleteServiceLinkedRole(iam)({ RoleName }, caller)
  }
  const old = await make()
  iam.clock.now += deletionTaskKeptMs
  const recent = await make()
  assert.deepEqual(await GetServiceLinkedRoleDeletionStatus(iam)(old, caller), {
    Status: 'SUCCEEDED',
  })
  iam.clock.now += 1
  await make()
  await refused(
    () => GetServiceLinkedRoleDeletionStatus(iam)(old, caller),
    'NoSuchEntity',
    `Deletion Task with id ${old.DeletionTaskId} cannot be found.`,
    404,
  )
  await GetServiceLinkedRoleDeletionStatus(iam)(recent, caller)
})

test("a role that is no service's", async () => {
  const caller = newCaller()
  await makeRole(iam, caller, 'mine')
  for (const name of ['mine', 'none']) {
    await refused(
      () => DeleteServiceLinkedRole(iam)({ RoleName: name }, caller),
      'NoSuchEntity',
      `The role with name ${name} cannot be found.`,
      404,
    )
  }
})
