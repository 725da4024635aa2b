import type { GetGroupRequest, GetGroupResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { listMembers } from '../../link-tables.ts'
import { byName } from '../../lookups.ts'
import { keyOf } from '../../names.ts'
import { readPage } from '../../paging.ts'
import { listedUser, shownGroup } from '../../shapes.ts'
import type { IamTables } from '../../tables.ts'

/** With a page of the users in it, by name. */
export function GetGroup(deps: IamDeps): Operation<GetGroupRequest, GetGroupResponse> {
  return async (input, context) => {
    const db = deps.store.reader<IamTables>()
    const group = await byName('group', context, input.GroupName)(db)
    const { items, end } = await readPage(
      'members',
      input,
      (after, limit) => listMembers(db, 'group', group, after ?? '', limit),
      ({ name }) => keyOf(name),
    )
    return { Group: shownGroup(group), Users: items.map(listedUser), ...end }
  }
}
