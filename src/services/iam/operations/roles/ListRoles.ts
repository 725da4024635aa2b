import type { ListRolesRequest, ListRolesResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { listEntities } from '../../entity-tables.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { keyOf } from '../../names.ts'
import { readPage } from '../../paging.ts'
import { listedRole } from '../../shapes.ts'
import type { IamTables } from '../../tables.ts'

/** By name, in lower case. */
export function ListRoles(deps: IamDeps): Operation<ListRolesRequest, ListRolesResponse> {
  return async (input, context) => {
    const db = deps.store.reader<IamTables>()
    const prefix = input.PathPrefix ?? '/'
    const { items, end } = await readPage(
      'roles',
      input,
      (after, limit) => listEntities(db, 'role', context.account, prefix, after ?? '', limit),
      ({ name }) => keyOf(name),
    )
    return { Roles: items.map(listedRole), ...end }
  }
}
