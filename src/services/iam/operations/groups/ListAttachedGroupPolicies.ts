import type {
  ListAttachedGroupPoliciesRequest,
  ListAttachedGroupPoliciesResponse,
} from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { listAttachedPolicies } from '../../permissions.ts'

export function ListAttachedGroupPolicies(
  deps: IamDeps,
): Operation<ListAttachedGroupPoliciesRequest, ListAttachedGroupPoliciesResponse> {
  return async (input, context) => {
    const named = { kind: 'group', name: input.GroupName } as const
    const { items, end } = await listAttachedPolicies(deps, named, input, context)
    return { AttachedPolicies: [...items], ...end }
  }
}
