import type { PutRolePolicyRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { putPolicy } from '../../permissions.ts'

export function PutRolePolicy(deps: IamDeps): Operation<PutRolePolicyRequest, Nothing> {
  return async (input, context) => {
    const named = { kind: 'role', name: input.RoleName } as const
    await putPolicy(deps, named, input, context)
    return {}
  }
}
