import type { Operation } from '../../../../kernel/operation.ts'
import { deleteEntity } from '../../entity-tables.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { requireEntity } from '../../lookups.ts'
import type { IamTables } from '../../tables.ts'

export function DeleteAccountPasswordPolicy(deps: IamDeps): Operation<unknown, Nothing> {
  return async (_input, { account }) => {
    await deps.store.transaction<IamTables, void>('IAM:DELETE_PASSWORD_POLICY', async (db) =>
      deleteEntity(db, await requireEntity(db, 'password-policy', account, account)),
    )
    return {}
  }
}
