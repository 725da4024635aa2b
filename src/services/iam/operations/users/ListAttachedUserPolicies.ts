import type {
  ListAttachedUserPoliciesRequest,
  ListAttachedUserPoliciesResponse,
} from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { listAttachedPolicies } from '../../permissions.ts'

export function ListAttachedUserPolicies(
  deps: IamDeps,
): Operation<ListAttachedUserPoliciesRequest, ListAttachedUserPoliciesResponse> {
  return async (input, context) => {
    const named = { kind: 'user', name: input.UserName } as const
    const { items, end } = await listAttachedPolicies(deps, named, input, context)
    return { AttachedPolicies: [...items], ...end }
  }
}
