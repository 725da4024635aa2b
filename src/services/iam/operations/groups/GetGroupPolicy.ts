import type { GetGroupPolicyRequest, GetGroupPolicyResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { getPolicy } from '../../permissions.ts'

export function GetGroupPolicy(
  deps: IamDeps,
): Operation<GetGroupPolicyRequest, GetGroupPolicyResponse> {
  return async (input, context) => {
    const named = { kind: 'group', name: input.GroupName } as const
    const { holderName, ...policy } = await getPolicy(deps, named, input.PolicyName, context)
    return { GroupName: holderName, ...policy }
  }
}
