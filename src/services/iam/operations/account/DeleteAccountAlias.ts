import type { DeleteAccountAliasRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { deleteEntity } from '../../entity-tables.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { requireEntity } from '../../lookups.ts'
import { required } from '../../names.ts'
import type { IamTables } from '../../tables.ts'

export function DeleteAccountAlias(deps: IamDeps): Operation<DeleteAccountAliasRequest, Nothing> {
  return async (input, context) => {
    const name = required(input.AccountAlias, 'accountAlias')
    await deps.store.transaction<IamTables, void>('IAM:DELETE_ACCOUNT_ALIAS', async (db) =>
      deleteEntity(db, await requireEntity(db, 'account-alias', context.account, name)),
    )
    return {}
  }
}
