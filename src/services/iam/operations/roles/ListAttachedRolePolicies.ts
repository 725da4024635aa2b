import type {
  ListAttachedRolePoliciesRequest,
  ListAttachedRolePoliciesResponse,
} from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { listAttachedPolicies } from '../../permissions.ts'

export function ListAttachedRolePolicies(
  deps: IamDeps,
): Operation<ListAttachedRolePoliciesRequest, ListAttachedRolePoliciesResponse> {
  return async (input, context) => {
    const named = { kind: 'role', name: input.RoleName } as const
    const { items, end } = await listAttachedPolicies(deps, named, input, context)
    return { AttachedPolicies: [...items], ...end }
  }
}
