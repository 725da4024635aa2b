import type {
  ListAttachedRolePoliciesRequest,
  ListAttachedRolePoliciesResponse,
} from '@aws-sdk/client-iam'
import type { Operation } from '../../../kernel/operation.ts'
import type { IamDeps } from '../iam-deps.ts'
import { requireRole } from '../lookups.ts'
import { parsePolicyArn, required } from '../names.ts'
import { numberKey, readPage } from '../paging.ts'
import { type IamTables, listAttachments } from '../tables.ts'

/** In the order of attaching. */
export function ListAttachedRolePolicies(
  deps: IamDeps,
): Operation<ListAttachedRolePoliciesRequest, ListAttachedRolePoliciesResponse> {
  return async (input, context) => {
    const db = deps.store.reader<IamTables>()
    const role = await requireRole(db, context.account, required(input.RoleName, 'roleName'))
    const attached = (await listAttachments(db, role)).map(({ arn, position }) => ({
      ...parsePolicyArn(arn),
      position,
    }))
    const prefix = input.PathPrefix ?? '/'
    const { items, end } = await readPage(
      'attached',
      input,
      (after, limit) => {
        const below = numberKey(after) ?? 0
        return attached
          .filter(({ position, path }) => position > below && path.startsWith(prefix))
          .slice(0, limit)
      },
      (policy) => String(policy.position),
    )
    const policies = items.map(({ name, arn }) => ({ PolicyName: name, PolicyArn: arn }))
    return { AttachedPolicies: policies, ...end }
  }
}
