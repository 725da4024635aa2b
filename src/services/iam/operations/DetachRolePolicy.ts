import type { DetachRolePolicyRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../kernel/operation.ts'
import { noSuchPolicy } from '../errors.ts'
import type { IamDeps, Nothing } from '../iam-deps.ts'
import { requireRole } from '../lookups.ts'
import { parsePolicyArn, required } from '../names.ts'
import { type IamTables, deleteAttachment } from '../tables.ts'

export function DetachRolePolicy(deps: IamDeps): Operation<DetachRolePolicyRequest, Nothing> {
  return async (input, context) => {
    const name = required(input.RoleName, 'roleName')
    const { arn } = parsePolicyArn(required(input.PolicyArn, 'policyArn'))
    await deps.store.transaction<IamTables, void>('IAM:DETACH_ROLE_POLICY', async (db) => {
      const role = await requireRole(db, context.account, name)
      if (!(await deleteAttachment(db, role, arn))) throw noSuchPolicy(arn)
    })
    return {}
  }
}
