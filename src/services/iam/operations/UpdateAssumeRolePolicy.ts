import type { UpdateAssumeRolePolicyRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../kernel/operation.ts'
import { changeRole } from '../change-role.ts'
import type { IamDeps, Nothing } from '../iam-deps.ts'
import { required } from '../names.ts'
import { checkTrustDocument } from '../rules.ts'

export function UpdateAssumeRolePolicy(
  deps: IamDeps,
): Operation<UpdateAssumeRolePolicyRequest, Nothing> {
  return async (input, context) => {
    const trustPolicy = required(input.PolicyDocument, 'policyDocument')
    const label = 'IAM:UPDATE_ASSUME_ROLE_POLICY'
    await changeRole(deps, label, context, input.RoleName, (role) => {
      checkTrustDocument(trustPolicy)
      return { ...role, trustPolicy }
    })
    return {}
  }
}
