import type { DeletePolicyVersionRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { changePolicy } from '../../change-policy.ts'
import { deleteConflict } from '../../errors.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { requireVersion } from '../../lookups.ts'
import { required } from '../../names.ts'
import { deleteVersion } from '../../policy-tables.ts'

/** The version in effect goes with the policy alone. Its text is observed. */
export function DeletePolicyVersion(deps: IamDeps): Operation<DeletePolicyVersionRequest, Nothing> {
  return async (input, context) => {
    const versionId = required(input.VersionId, 'versionId')
    const label = 'IAM:DELETE_POLICY_VERSION'
    await changePolicy(deps, label, context, input.PolicyArn, async (policy, db) => {
      const { version } = await requireVersion(db, policy, versionId)
      if (version === policy.defaultVersion) {
        throw deleteConflict('Cannot delete the default version of a policy.')
      }
      await deleteVersion(db, policy, version)
      return policy
    })
    return {}
  }
}
