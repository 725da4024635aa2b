import type { ListGroupPoliciesRequest, ListGroupPoliciesResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { listPolicyNames } from '../../permissions.ts'

export function ListGroupPolicies(
  deps: IamDeps,
): Operation<ListGroupPoliciesRequest, ListGroupPoliciesResponse> {
  return async (input, context) => {
    const named = { kind: 'group', name: input.GroupName } as const
    const { items, end } = await listPolicyNames(deps, named, input, context)
    return { PolicyNames: [...items], ...end }
  }
}
