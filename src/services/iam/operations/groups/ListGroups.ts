import type { ListGroupsRequest, ListGroupsResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { listEntities } from '../../entity-tables.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { keyOf } from '../../names.ts'
import { readPage } from '../../paging.ts'
import { shownGroup } from '../../shapes.ts'
import type { IamTables } from '../../tables.ts'

/** By name, in lower case. */
export function ListGroups(deps: IamDeps): Operation<ListGroupsRequest, ListGroupsResponse> {
  return async (input, context) => {
    const db = deps.store.reader<IamTables>()
    const prefix = input.PathPrefix ?? '/'
    const { items, end } = await readPage(
      'groups',
      input,
      (after, limit) => listEntities(db, 'group', context.account, prefix, after ?? '', limit),
      ({ name }) => keyOf(name),
    )
    return { Groups: items.map(shownGroup), ...end }
  }
}
