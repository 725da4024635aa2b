import type { GetPolicyRequest, GetPolicyResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { requirePolicy } from '../../lookups.ts'
import { required } from '../../names.ts'
import { countPolicyUse } from '../../policy-tables.ts'
import { wholePolicy } from '../../shapes.ts'
import type { IamTables } from '../../tables.ts'

export function GetPolicy(deps: IamDeps): Operation<GetPolicyRequest, GetPolicyResponse> {
  return async (input, context) => {
    const db = deps.store.reader<IamTables>()
    const policy = await requirePolicy(db, context, required(input.PolicyArn, 'policyArn'))
    const use = await countPolicyUse(db, context.account, policy.arn)
    return { Policy: wholePolicy(policy, use) }
  }
}
