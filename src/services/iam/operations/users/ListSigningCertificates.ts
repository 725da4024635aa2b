import type {
  ListSigningCertificatesRequest,
  ListSigningCertificatesResponse,
} from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { callerOf } from '../../callers.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { requireEntity } from '../../lookups.ts'
import type { IamTables } from '../../tables.ts'

/** Nobody has signing certificates here; who deletes a user looks for them first. */
export function ListSigningCertificates(
  deps: IamDeps,
): Operation<ListSigningCertificatesRequest, ListSigningCertificatesResponse> {
  return async (input, context) => {
    const who = callerOf(context, input.UserName)
    const db = deps.store.reader<IamTables>()
    if (!who.root) await requireEntity(db, 'user', context.account, who.name)
    return { Certificates: [], IsTruncated: false }
  }
}
