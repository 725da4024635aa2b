import type { PutGroupPolicyRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { putPolicy } from '../../permissions.ts'

export function PutGroupPolicy(deps: IamDeps): Operation<PutGroupPolicyRequest, Nothing> {
  return async (input, context) => {
    const named = { kind: 'group', name: input.GroupName } as const
    await putPolicy(deps, named, input, context)
    return {}
  }
}
