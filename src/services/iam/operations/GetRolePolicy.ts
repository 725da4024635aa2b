import type { GetRolePolicyRequest, GetRolePolicyResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../kernel/operation.ts'
import { noSuchRolePolicy } from '../errors.ts'
import type { IamDeps } from '../iam-deps.ts'
import { requireRole } from '../lookups.ts'
import { required } from '../names.ts'
import { encodeDocument } from '../shapes.ts'
import { type IamTables, findRolePolicy } from '../tables.ts'

export function GetRolePolicy(
  deps: IamDeps,
): Operation<GetRolePolicyRequest, GetRolePolicyResponse> {
  return async (input, context) => {
    const roleName = required(input.RoleName, 'roleName')
    const name = required(input.PolicyName, 'policyName')
    const db = deps.store.reader<IamTables>()
    const role = await requireRole(db, context.account, roleName)
    const document = await findRolePolicy(db, role, name)
    if (document === undefined) throw noSuchRolePolicy(name)
    return { RoleName: role.name, PolicyName: name, PolicyDocument: encodeDocument(document) }
  }
}
