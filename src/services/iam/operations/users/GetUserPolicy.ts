import type { GetUserPolicyRequest, GetUserPolicyResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { getPolicy } from '../../permissions.ts'

export function GetUserPolicy(
  deps: IamDeps,
): Operation<GetUserPolicyRequest, GetUserPolicyResponse> {
  return async (input, context) => {
    const named = { kind: 'user', name: input.UserName } as const
    const { holderName, ...policy } = await getPolicy(deps, named, input.PolicyName, context)
    return { UserName: holderName, ...policy }
  }
}
