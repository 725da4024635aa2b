import type { ListRolePoliciesRequest, ListRolePoliciesResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { listPolicyNames } from '../../permissions.ts'

export function ListRolePolicies(
  deps: IamDeps,
): Operation<ListRolePoliciesRequest, ListRolePoliciesResponse> {
  return async (input, context) => {
    const named = { kind: 'role', name: input.RoleName } as const
    const { items, end } = await listPolicyNames(deps, named, input, context)
    return { PolicyNames: [...items], ...end }
  }
}
