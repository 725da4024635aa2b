import type { CreateGroupRequest, CreateGroupResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { countEntities, findEntity, insertEntity } from '../../entity-tables.ts'
import { alreadyExists, quotaExceeded } from '../../errors.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { groupsPerAccountMax } from '../../limits.ts'
import { arnOf, newId, required } from '../../names.ts'
import { shownGroup } from '../../shapes.ts'
import type { GroupRecord } from '../../state.ts'
import type { IamTables } from '../../tables.ts'

export function CreateGroup(deps: IamDeps): Operation<CreateGroupRequest, CreateGroupResponse> {
  return async (input, context) => {
    const name = required(input.GroupName, 'groupName')
    const path = input.Path ?? '/'
    const group: GroupRecord = {
      kind: 'group',
      account: context.account,
      name,
      path,
      arn: arnOf(context, 'group', path, name),
      id: newId('group'),
      createdMs: deps.clock.nowMs(),
    }
    await deps.store.transaction<IamTables, void>('IAM:CREATE_GROUP', async (db) => {
      if (await findEntity(db, 'group', group.account, name)) throw alreadyExists('group', name)
      if ((await countEntities(db, 'group', group.account)) >= groupsPerAccountMax) {
        throw quotaExceeded('GroupsPerAccount', groupsPerAccountMax)
      }
      await insertEntity(db, group)
    })
    return { Group: shownGroup(group) }
  }
}
