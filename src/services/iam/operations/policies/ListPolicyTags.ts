import type { ListPolicyTagsRequest, ListPolicyTagsResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { requirePolicy } from '../../lookups.ts'
import { required } from '../../names.ts'
import { readTagPage } from '../../tagging.ts'
import type { IamTables } from '../../tables.ts'

export function ListPolicyTags(
  deps: IamDeps,
): Operation<ListPolicyTagsRequest, ListPolicyTagsResponse> {
  return async (input, context) => {
    const db = deps.store.reader<IamTables>()
    const policy = await requirePolicy(db, context, required(input.PolicyArn, 'policyArn'))
    const { items, end } = await readTagPage(input, policy.tags)
    return { Tags: [...items], ...end }
  }
}
