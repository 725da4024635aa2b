import type { DeletePolicyRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { deleteConflict } from '../../errors.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { requireOwnPolicy } from '../../lookups.ts'
import { required } from '../../names.ts'
import { countPolicyUse, deletePolicy, listVersions } from '../../policy-tables.ts'
import type { IamTables } from '../../tables.ts'

/** With its last version. Both texts observed; use as a boundary counts as attached, observed too. */
export function DeletePolicy(deps: IamDeps): Operation<DeletePolicyRequest, Nothing> {
  return async (input, context) => {
    const arn = required(input.PolicyArn, 'policyArn')
    await deps.store.transaction<IamTables, void>('IAM:DELETE_POLICY', async (db) => {
      const policy = await requireOwnPolicy(db, context, arn)
      const use = await countPolicyUse(db, context.account, arn)
      if (use.attachments + use.boundaries > 0) {
        throw deleteConflict('Cannot delete a policy attached to entities.')
      }
      if ((await listVersions(db, policy)).length > 1) {
        throw deleteConflict(
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
        )
      }
      await deletePolicy(db, policy)
    })
    return {}
  }
}
