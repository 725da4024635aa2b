import type { CreateAccountAliasRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { deleteEntity, insertEntity, isNameTaken, listEntities } from '../../entity-tables.ts'
import { alreadyExists } from '../../errors.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { required } from '../../names.ts'
import type { AccountAliasRecord } from '../../state.ts'
import type { IamTables } from '../../tables.ts'

/** An account has one; another takes its place. No two accounts have the same (IAM User Guide). */
export function CreateAccountAlias(deps: IamDeps): Operation<CreateAccountAliasRequest, Nothing> {
  return async (input, context) => {
    const name = required(input.AccountAlias, 'accountAlias')
    const { account } = context
    const kind = 'account-alias'
    const createdMs = deps.clock.nowMs()
    const alias: AccountAliasRecord = { kind, account, name, path: '/', createdMs }
    await deps.store.transaction<IamTables, void>('IAM:CREATE_ACCOUNT_ALIAS', async (db) => {
      if (await isNameTaken(db, kind, name)) throw alreadyExists(kind, name)
      for (const before of await listEntities(db, kind, account, '/', '', 1)) {
        await deleteEntity(db, before)
      }
      await insertEntity(db, alias)
    })
    return {}
  }
}
