import type { ListRolesRequest, ListRolesResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../kernel/operation.ts'
import type { IamDeps } from '../iam-deps.ts'
import { keyOf } from '../names.ts'
import { readPage } from '../paging.ts'
import { listedRole } from '../shapes.ts'
import { type IamTables, listRoles } from '../tables.ts'

/** By name, in lower case. */
export function ListRoles(deps: IamDeps): Operation<ListRolesRequest, ListRolesResponse> {
  return async (input, context) => {
    const db = deps.store.reader<IamTables>()
    const prefix = input.PathPrefix ?? '/'
    const { items, end } = await readPage(
      'roles',
      input,
      (after, limit) => listRoles(db, context.account, prefix, after ?? '', limit),
      (role) => keyOf(role.name),
    )
    return { Roles: items.map(listedRole), ...end }
  }
}
