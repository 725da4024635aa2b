import type { ListPoliciesRequest, ListPoliciesResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { keyOf } from '../../names.ts'
import { readPage } from '../../paging.ts'
import { type PolicyFilter, listPolicies } from '../../policy-tables.ts'
import { listedPolicy } from '../../shapes.ts'
import type { IamTables } from '../../tables.ts'

/** Customer managed policies, by name. AWS managed policies are not listed: see README.md. */
export function ListPolicies(deps: IamDeps): Operation<ListPoliciesRequest, ListPoliciesResponse> {
  return async (input, context) => {
    if (input.Scope === 'AWS') return { Policies: [], IsTruncated: false }
    const db = deps.store.reader<IamTables>()
    const filter = { pathPrefix: input.PathPrefix ?? '/', usedAs: useOf(input) }
    const { items, end } = await readPage(
      'policies',
      input,
      (after, limit) => listPolicies(db, context.account, filter, after ?? '', limit),
      ({ policy }) => keyOf(policy.name),
    )
    return { Policies: items.map((item) => listedPolicy(item.policy, item)), ...end }
  }
}

function useOf(input: ListPoliciesRequest): PolicyFilter['usedAs'] {
  if (input.PolicyUsageFilter === 'PermissionsBoundary') return 'boundaries'
  if (input.PolicyUsageFilter === 'PermissionsPolicy' || input.OnlyAttached === true) {
    return 'attachments'
  }
  return undefined
}
