import type { GetRoleRequest, GetRoleResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../kernel/operation.ts'
import type { IamDeps } from '../iam-deps.ts'
import { requireRole } from '../lookups.ts'
import { required } from '../names.ts'
import { wholeRole } from '../shapes.ts'
import type { IamTables } from '../tables.ts'

export function GetRole(deps: IamDeps): Operation<GetRoleRequest, GetRoleResponse> {
  return async (input, context) => {
    const name = required(input.RoleName, 'roleName')
    const role = await requireRole(deps.store.reader<IamTables>(), context.account, name)
    return { Role: wholeRole(role) }
  }
}
