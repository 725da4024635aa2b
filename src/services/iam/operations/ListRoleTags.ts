import type { ListRoleTagsRequest, ListRoleTagsResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../kernel/operation.ts'
import type { IamDeps } from '../iam-deps.ts'
import { requireRole } from '../lookups.ts'
import { required } from '../names.ts'
import { readTagPage } from '../tag-page.ts'
import type { IamTables } from '../tables.ts'

export function ListRoleTags(deps: IamDeps): Operation<ListRoleTagsRequest, ListRoleTagsResponse> {
  return async (input, context) => {
    const name = required(input.RoleName, 'roleName')
    const role = await requireRole(deps.store.reader<IamTables>(), context.account, name)
    const { items, end } = await readTagPage(input, role.tags)
    return { Tags: [...items], ...end }
  }
}
