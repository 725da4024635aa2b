import type { CreatePolicyVersionRequest, CreatePolicyVersionResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { changePolicy } from '../../change-policy.ts'
import { limitExceeded } from '../../errors.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { versionsPerPolicyMax } from '../../limits.ts'
import { required } from '../../names.ts'
import { insertVersion, listVersions } from '../../policy-tables.ts'
import { checkManagedDocument } from '../../rules.ts'
import { policyVersion } from '../../shapes.ts'

/** The next number, never one that was deleted; in effect only when asked for. */
export function CreatePolicyVersion(
  deps: IamDeps,
): Operation<CreatePolicyVersionRequest, CreatePolicyVersionResponse> {
  return async (input, context) => {
    const document = required(input.PolicyDocument, 'policyDocument')
    const createdMs = deps.clock.nowMs()
    const label = 'IAM:CREATE_POLICY_VERSION'
    const after = await changePolicy(deps, label, context, input.PolicyArn, async (policy, db) => {
      checkManagedDocument(document)
      if ((await listVersions(db, policy)).length >= versionsPerPolicyMax) {
        // Observed.
        throw limitExceeded(
          `A managed policy can have up to ${versionsPerPolicyMax} versions. Before you create a new version, you must delete an existing version.`,
        )
      }
      const version = policy.lastVersion + 1
      await insertVersion(db, policy, { version, createdMs, document })
      const defaultVersion = input.SetAsDefault === true ? version : policy.defaultVersion
      return { ...policy, defaultVersion, lastVersion: version, updatedMs: createdMs }
    })
    const created = { version: after.lastVersion, createdMs, document }
    return { PolicyVersion: policyVersion(after, created) }
  }
}
