import type { ListSSHPublicKeysRequest, ListSSHPublicKeysResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { callerOf } from '../../callers.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { requireEntity } from '../../lookups.ts'
import type { IamTables } from '../../tables.ts'

/** Nobody has SSH keys here; who deletes a user looks for them first. */
export function ListSSHPublicKeys(
  deps: IamDeps,
): Operation<ListSSHPublicKeysRequest, ListSSHPublicKeysResponse> {
  return async (input, context) => {
    const who = callerOf(context, input.UserName)
    const db = deps.store.reader<IamTables>()
    if (!who.root) await requireEntity(db, 'user', context.account, who.name)
    return { SSHPublicKeys: [], IsTruncated: false }
  }
}
