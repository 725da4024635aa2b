import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { newCaller, openIam, refused } from '../../test-support.ts'
import { CreateServiceLinkedRole } from './CreateServiceLinkedRole.ts'
import { DeleteServiceLinkedRole } from './DeleteServiceLinkedRole.ts'
import { GetServiceLinkedRoleDeletionStatus } from './GetServiceLinkedRoleDeletionStatus.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test("a task has succeeded, and is its account's", async () => {
  const caller = newCaller()
  const AWSServiceName = 'rds.amazonaws.com'
  const { Role: role } = await CreateServiceLinkedRole(iam)({ AWSServiceName }, caller)
  const task = await DeleteServiceLinkedRole(iam)({ RoleName: role?.RoleName }, caller)
  const status = await GetServiceLinkedRoleDeletionStatus(iam)(task, caller)
  assert.deepEqual(status, { Status: 'SUCCEEDED' })
  await refused(
    () => GetServiceLinkedRoleDeletionStatus(iam)(task, newCaller()),
    'NoSuchEntity',
    `Deletion Task with id ${task.DeletionTaskId} cannot be found.`,
    404,
  )
})
