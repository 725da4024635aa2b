import type { GetRolePolicyRequest, GetRolePolicyResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { getPolicy } from '../../permissions.ts'

export function GetRolePolicy(
  deps: IamDeps,
): Operation<GetRolePolicyRequest, GetRolePolicyResponse> {
  return async (input, context) => {
    const named = { kind: 'role', name: input.RoleName } as const
    const { holderName, ...policy } = await getPolicy(deps, named, input.PolicyName, context)
    return { RoleName: holderName, ...policy }
  }
}
