import type { ListAccountAliasesRequest, ListAccountAliasesResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { listEntities } from '../../entity-tables.ts'
import type { IamDeps } from '../../iam-deps.ts'
import type { IamTables } from '../../tables.ts'

/** One at most, so that there is one page. */
export function ListAccountAliases(
  deps: IamDeps,
): Operation<ListAccountAliasesRequest, ListAccountAliasesResponse> {
  return async (_input, context) => {
    const db = deps.store.reader<IamTables>()
    const aliases = await listEntities(db, 'account-alias', context.account, '/', '', 1)
    return { AccountAliases: aliases.map(({ name }) => name), IsTruncated: false }
  }
}
