import type {
  EntityType,
  GetAccountAuthorizationDetailsRequest,
  GetAccountAuthorizationDetailsResponse,
} from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { type Detailed, detailsOf } from '../../account-details.ts'
import { listEntities } from '../../entity-tables.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { keyOf } from '../../names.ts'
import { readPage } from '../../paging.ts'
import { listPolicies } from '../../policy-tables.ts'
import type { IamTables } from '../../tables.ts'

/** In the order of their names, which markers rely on. */
const kinds = [
  ['group', 'Group'],
  ['policy', 'LocalManagedPolicy'],
  ['role', 'Role'],
  ['user', 'User'],
] as const

/** Everything with everything that hangs on it, by kind and name. AWS managed policies are left out: see README.md. */
export function GetAccountAuthorizationDetails(
  deps: IamDeps,
): Operation<GetAccountAuthorizationDetailsRequest, GetAccountAuthorizationDetailsResponse> {
  return async (input, { account }) => {
    const db = deps.store.reader<IamTables>()
    const filter: readonly EntityType[] = input.Filter ?? []
    const wanted = kinds.filter(([, name]) => filter.length === 0 || filter.includes(name))
    const { items, end } = await readPage<Detailed>(
      'details',
      input,
      async (after = '', limit) => {
        const found: Detailed[] = []
        for (const [kind] of wanted) {
          if (found.length >= limit || `${kind};` <= after) continue
          const afterKey = after.startsWith(`${kind}:`) ? after.slice(kind.length + 1) : ''
          const rest = limit - found.length
          if (kind === 'policy') {
            const all = { pathPrefix: '/', usedAs: undefined }
            const policies = await listPolicies(db, account, all, afterKey, rest)
            found.push(...policies.map((policy) => ({ kind, ...policy })))
          } else found.push(...(await listEntities(db, kind, account, '/', afterKey, rest)))
        }
        return found
      },
      (item) => `${item.kind}:${keyOf(item.kind === 'policy' ? item.policy.name : item.name)}`,
    )
    return { ...(await detailsOf(db, items)), ...end }
  }
}
