import type { ListGroupsForUserRequest, ListGroupsForUserResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { listContainers } from '../../link-tables.ts'
import { byName } from '../../lookups.ts'
import { keyOf } from '../../names.ts'
import { readPage } from '../../paging.ts'
import { shownGroup } from '../../shapes.ts'
import type { IamTables } from '../../tables.ts'

export function ListGroupsForUser(
  deps: IamDeps,
): Operation<ListGroupsForUserRequest, ListGroupsForUserResponse> {
  return async (input, context) => {
    const db = deps.store.reader<IamTables>()
    const user = await byName('user', context, input.UserName)(db)
    const { items, end } = await readPage(
      'groups-of',
      input,
      (after, limit) => listContainers(db, 'group', user, after ?? '', limit),
      ({ name }) => keyOf(name),
    )
    return { Groups: items.map(shownGroup), ...end }
  }
}
