import type { PutUserPolicyRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { putPolicy } from '../../permissions.ts'

export function PutUserPolicy(deps: IamDeps): Operation<PutUserPolicyRequest, Nothing> {
  return async (input, context) => {
    const named = { kind: 'user', name: input.UserName } as const
    await putPolicy(deps, named, input, context)
    return {}
  }
}
