import type { UpdateAssumeRolePolicyRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { changeEntity } from '../../change-entity.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { ownRole } from '../../lookups.ts'
import { required } from '../../names.ts'
import { checkTrustDocument } from '../../rules.ts'

export function UpdateAssumeRolePolicy(
  deps: IamDeps,
): Operation<UpdateAssumeRolePolicyRequest, Nothing> {
  return async (input, context) => {
    const trustPolicy = required(input.PolicyDocument, 'policyDocument')
    const find = ownRole(context, input.RoleName)
    await changeEntity(deps, 'IAM:UPDATE_ASSUME_ROLE_POLICY', find, (role) => {
      checkTrustDocument(trustPolicy)
      return { ...role, trustPolicy }
    })
    return {}
  }
}
