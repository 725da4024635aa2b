import type {
  ListServiceSpecificCredentialsRequest,
  ListServiceSpecificCredentialsResponse,
} from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { callerOf } from '../../callers.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { requireEntity } from '../../lookups.ts'
import type { IamTables } from '../../tables.ts'

/** Nobody has credentials for a single service here; who deletes a user looks for them first. */
export function ListServiceSpecificCredentials(
  deps: IamDeps,
): Operation<ListServiceSpecificCredentialsRequest, ListServiceSpecificCredentialsResponse> {
  return async (input, context) => {
    const everybody = input.AllUsers === true
    const who = everybody ? undefined : callerOf(context, input.UserName)
    const db = deps.store.reader<IamTables>()
    if (who?.root === false) await requireEntity(db, 'user', context.account, who.name)
    return { ServiceSpecificCredentials: [], IsTruncated: false }
  }
}
