import type { CreatePolicyRequest, CreatePolicyResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { policyExists, quotaExceeded } from '../../errors.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { customerPoliciesPerAccountMax } from '../../limits.ts'
import { arnOf, newId, required } from '../../names.ts'
import { countPolicies, findPolicy, insertPolicy, insertVersion } from '../../policy-tables.ts'
import { checkManagedDocument, checkTagCount, checkTags } from '../../rules.ts'
import { createdPolicy } from '../../shapes.ts'
import type { PolicyRecord } from '../../state.ts'
import type { IamTables } from '../../tables.ts'

/** With its first version, v1, in effect. Names of policies differ by more than case, whatever their paths. */
export function CreatePolicy(deps: IamDeps): Operation<CreatePolicyRequest, CreatePolicyResponse> {
  return async (input, context) => {
    const name = required(input.PolicyName, 'policyName')
    const path = input.Path ?? '/'
    const document = required(input.PolicyDocument, 'policyDocument')
    checkManagedDocument(document)
    const createdMs = deps.clock.nowMs()
    const policy: PolicyRecord = {
      account: context.account,
      name,
      path,
      arn: arnOf(context, 'policy', path, name),
      id: newId('policy'),
      createdMs,
      updatedMs: createdMs,
      description: input.Description,
      defaultVersion: 1,
      lastVersion: 1,
      tags: checkTagCount(checkTags(input.Tags), 'TagsPerPolicy'),
    }
    await deps.store.transaction<IamTables, void>('IAM:CREATE_POLICY', async (db) => {
      if (await findPolicy(db, policy.account, name)) throw policyExists(name)
      if ((await countPolicies(db, policy.account)) >= customerPoliciesPerAccountMax) {
        throw quotaExceeded('PoliciesPerAccount', customerPoliciesPerAccountMax)
      }
      await insertPolicy(db, policy)
      await insertVersion(db, policy, { version: 1, createdMs, document })
    })
    return { Policy: createdPolicy(policy, { attachments: 0, boundaries: 0 }) }
  }
}
