import type { GetAccountPasswordPolicyResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { requireEntity } from '../../lookups.ts'
import type { IamTables } from '../../tables.ts'

export function GetAccountPasswordPolicy(
  deps: IamDeps,
): Operation<unknown, GetAccountPasswordPolicyResponse> {
  return async (_input, { account }) => {
    const db = deps.store.reader<IamTables>()
    const { settings } = await requireEntity(db, 'password-policy', account, account)
    return { PasswordPolicy: settings }
  }
}
