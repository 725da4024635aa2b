import type {
  ListEntitiesForPolicyRequest,
  ListEntitiesForPolicyResponse,
} from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { listPolicyUsers } from '../../entity-tables.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { requireEveryPolicy } from '../../lookups.ts'
import { keyOf, required } from '../../names.ts'
import { readPage } from '../../paging.ts'
import type { Holder } from '../../state.ts'
import type { IamTables } from '../../tables.ts'

/** In the order of their names, which markers rely on. */
const kinds = [
  ['group', 'Group'],
  ['role', 'Role'],
  ['user', 'User'],
] as const

const usages: Readonly<Record<string, 'attachments' | 'boundaries'>> = {
  PermissionsPolicy: 'attachments',
  PermissionsBoundary: 'boundaries',
}

/** Groups, then roles, then users, each by name. */
export function ListEntitiesForPolicy(
  deps: IamDeps,
): Operation<ListEntitiesForPolicyRequest, ListEntitiesForPolicyResponse> {
  return async (input, context) => {
    const db = deps.store.reader<IamTables>()
    const arn = required(input.PolicyArn, 'policyArn')
    await requireEveryPolicy(db, context, arn)
    const usedAs = usages[input.PolicyUsageFilter ?? '']
    const filter = { arn, pathPrefix: input.PathPrefix ?? '/', usedAs }
    const wanted = kinds.filter(([, name]) => (input.EntityFilter ?? name) === name)
    const { items, end } = await readPage<Holder>(
      'entities',
      input,
      async (after = '', limit) => {
        const found: Holder[] = []
        for (const [kind] of wanted) {
          if (found.length >= limit || `${kind};` <= after) continue
          const afterKey = after.startsWith(`${kind}:`) ? after.slice(kind.length + 1) : ''
          const rest = limit - found.length
          const { account } = context
          found.push(...(await listPolicyUsers(db, kind, account, filter, afterKey, rest)))
        }
        return found
      },
      ({ kind, name }) => `${kind}:${keyOf(name)}`,
    )
    const of = (kind: Holder['kind']) => items.filter((item) => item.kind === kind)
    return {
      PolicyGroups: of('group').map(({ name, id }) => ({ GroupName: name, GroupId: id })),
      PolicyUsers: of('user').map(({ name, id }) => ({ UserName: name, UserId: id })),
      PolicyRoles: of('role').map(({ name, id }) => ({ RoleName: name, RoleId: id })),
      ...end,
    }
  }
}
