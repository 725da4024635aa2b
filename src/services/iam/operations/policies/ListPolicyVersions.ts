import type { ListPolicyVersionsRequest, ListPolicyVersionsResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { requirePolicy, versionsOf } from '../../lookups.ts'
import { required } from '../../names.ts'
import { numberKey, readPage } from '../../paging.ts'
import { policyVersion } from '../../shapes.ts'
import type { IamTables } from '../../tables.ts'

/** The newest first, without their documents. */
export function ListPolicyVersions(
  deps: IamDeps,
): Operation<ListPolicyVersionsRequest, ListPolicyVersionsResponse> {
  return async (input, context) => {
    const db = deps.store.reader<IamTables>()
    const policy = await requirePolicy(db, context, required(input.PolicyArn, 'policyArn'))
    const versions = await versionsOf(db, policy)
    const { items, end } = await readPage(
      'versions',
      input,
      (after, limit) => {
        const above = numberKey(after) ?? Infinity
        return versions.filter(({ version }) => version < above).slice(0, limit)
      },
      (record) => String(record.version),
    )
    return { Versions: items.map((record) => policyVersion(policy, record)), ...end }
  }
}
