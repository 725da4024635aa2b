import type { SetDefaultPolicyVersionRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { changePolicy } from '../../change-policy.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { requireVersion } from '../../lookups.ts'
import { required } from '../../names.ts'

export function SetDefaultPolicyVersion(
  deps: IamDeps,
): Operation<SetDefaultPolicyVersionRequest, Nothing> {
  return async (input, context) => {
    const versionId = required(input.VersionId, 'versionId')
    const label = 'IAM:SET_DEFAULT_POLICY_VERSION'
    await changePolicy(deps, label, context, input.PolicyArn, async (policy, db) => {
      const { version } = await requireVersion(db, policy, versionId)
      return { ...policy, defaultVersion: version }
    })
    return {}
  }
}
