import type { ListPoliciesRequest, ListPoliciesResponse } from '@aws-sdk/client-iam'
import { partitionOf } from '../../../../kernel/arn.ts'
import type { CallContext, Operation } from '../../../../kernel/operation.ts'
import { knownAwsManaged } from '../../aws-managed.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { keyOf } from '../../names.ts'
import { readPage } from '../../paging.ts'
import {
  type PolicyFilter,
  type UsedPolicy,
  countPolicyUse,
  listPolicies,
} from '../../policy-tables.ts'
import { listedPolicy } from '../../shapes.ts'
import type { Db, IamTables } from '../../tables.ts'

/** Customer managed policies, then AWS's as far as their documents are held (README.md), each by name. */
export function ListPolicies(deps: IamDeps): Operation<ListPoliciesRequest, ListPoliciesResponse> {
  return async (input, context) => {
    const db = deps.store.reader<IamTables>()
    const filter = { pathPrefix: input.PathPrefix ?? '/', usedAs: useOf(input) }
    const { items, end } = await readPage(
      'policies',
      input,
      async (after = own, limit) => {
        const found: UsedPolicy[] = []
        if (input.Scope !== 'AWS' && after.startsWith(own)) {
          const afterKey = after.slice(own.length)
          found.push(...(await listPolicies(db, context.account, filter, afterKey, limit)))
        }
        if (input.Scope !== 'Local' && found.length < limit) {
          const rest = await listKnown(db, context, filter)
          found.push(...rest.filter((each) => markerKey(each) > after))
        }
        return found.slice(0, limit)
      },
      markerKey,
    )
    return { Policies: items.map((item) => listedPolicy(item.policy, item)), ...end }
  }
}

/** Before the names in markers; the account's own come first. */
const own = 'account:'
const awsManaged = 'aws:'

function markerKey({ policy }: UsedPolicy): string {
  return (policy.account === 'aws' ? awsManaged : own) + keyOf(policy.name)
}

async function listKnown(
  db: Db,
  context: CallContext,
  { pathPrefix, usedAs }: PolicyFilter,
): Promise<UsedPolicy[]> {
  const found: UsedPolicy[] = []
  for (const policy of knownAwsManaged(partitionOf(context.region))) {
    if (!policy.path.startsWith(pathPrefix)) continue
    const use = await countPolicyUse(db, context.account, policy.arn)
    if (usedAs === undefined || use[usedAs] > 0) found.push({ policy, ...use })
  }
  return found
}

function useOf(input: ListPoliciesRequest): PolicyFilter['usedAs'] {
  if (input.PolicyUsageFilter === 'PermissionsBoundary') return 'boundaries'
  if (input.PolicyUsageFilter === 'PermissionsPolicy' || input.OnlyAttached === true) {
    return 'attachments'
  }
  return undefined
}
