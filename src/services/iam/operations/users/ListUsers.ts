import type { ListUsersRequest, ListUsersResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { listEntities } from '../../entity-tables.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { keyOf } from '../../names.ts'
import { readPage } from '../../paging.ts'
import { listedUser } from '../../shapes.ts'
import type { IamTables } from '../../tables.ts'

/** By name, in lower case. */
export function ListUsers(deps: IamDeps): Operation<ListUsersRequest, ListUsersResponse> {
  return async (input, context) => {
    const db = deps.store.reader<IamTables>()
    const prefix = input.PathPrefix ?? '/'
    const { items, end } = await readPage(
      'users',
      input,
      (after, limit) => listEntities(db, 'user', context.account, prefix, after ?? '', limit),
      ({ name }) => keyOf(name),
    )
    return { Users: items.map(listedUser), ...end }
  }
}
