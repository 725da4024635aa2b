import type { GetRoleRequest, GetRoleResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { byName } from '../../lookups.ts'
import { wholeRole } from '../../shapes.ts'
import type { IamTables } from '../../tables.ts'

export function GetRole(deps: IamDeps): Operation<GetRoleRequest, GetRoleResponse> {
  return async (input, context) => {
    const find = byName('role', context, input.RoleName)
    return { Role: wholeRole(await find(deps.store.reader<IamTables>())) }
  }
}
