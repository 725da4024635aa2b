import type { AttachRolePolicyRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../kernel/operation.ts'
import { notAttachable, quotaExceeded } from '../errors.ts'
import type { IamDeps, Nothing } from '../iam-deps.ts'
import { policiesPerRoleMax } from '../limits.ts'
import { isAttachable, requireRole } from '../lookups.ts'
import { required } from '../names.ts'
import { type IamTables, insertAttachment, listAttachments } from '../tables.ts'

/** Attaching what is attached already succeeds. */
export function AttachRolePolicy(deps: IamDeps): Operation<AttachRolePolicyRequest, Nothing> {
  return async (input, context) => {
    const name = required(input.RoleName, 'roleName')
    const arn = required(input.PolicyArn, 'policyArn')
    await deps.store.transaction<IamTables, void>('IAM:ATTACH_ROLE_POLICY', async (db) => {
      const role = await requireRole(db, context.account, name)
      if (!(await isAttachable(db, context, arn))) throw notAttachable(arn)
      const attachments = await listAttachments(db, role)
      if (attachments.some((attachment) => attachment.arn === arn)) return
      if (attachments.length >= policiesPerRoleMax) {
        throw quotaExceeded('PoliciesPerRole', policiesPerRoleMax)
      }
      const position = (attachments.at(-1)?.position ?? 0) + 1
      await insertAttachment(db, role, { arn, position })
    })
    return {}
  }
}
