import type { ListRolePoliciesRequest, ListRolePoliciesResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../kernel/operation.ts'
import type { IamDeps } from '../iam-deps.ts'
import { requireRole } from '../lookups.ts'
import { required } from '../names.ts'
import { readPage } from '../paging.ts'
import { type IamTables, listRolePolicies } from '../tables.ts'

/** The names of the inline policies, sorted. */
export function ListRolePolicies(
  deps: IamDeps,
): Operation<ListRolePoliciesRequest, ListRolePoliciesResponse> {
  return async (input, context) => {
    const db = deps.store.reader<IamTables>()
    const role = await requireRole(db, context.account, required(input.RoleName, 'roleName'))
    const { items, end } = await readPage(
      'inline',
      input,
      (after, limit) => listRolePolicies(db, role, after ?? '', limit),
      (name) => name,
    )
    return { PolicyNames: [...items], ...end }
  }
}
