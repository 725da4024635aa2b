import type { ListUserPoliciesRequest, ListUserPoliciesResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { listPolicyNames } from '../../permissions.ts'

export function ListUserPolicies(
  deps: IamDeps,
): Operation<ListUserPoliciesRequest, ListUserPoliciesResponse> {
  return async (input, context) => {
    const named = { kind: 'user', name: input.UserName } as const
    const { items, end } = await listPolicyNames(deps, named, input, context)
    return { PolicyNames: [...items], ...end }
  }
}
