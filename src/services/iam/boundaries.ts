/** Permissions boundaries of roles and users. They are kept and given back; nothing is evaluated yet. */
import type { CallContext } from '../../kernel/operation.ts'
import { changeEntity } from './change-entity.ts'
import { noSuchBoundary } from './errors.ts'
import type { IamDeps } from './iam-deps.ts'
import { type Find, isAttachable } from './lookups.ts'
import { required } from './names.ts'
import type { Db } from './tables.ts'

type Bounded = 'role' | 'user'

/** @throws ServiceError InvalidInput, NoSuchEntity, PolicyNotAttachable */
export async function checkBoundary(
  db: Db,
  context: CallContext,
  arn: string | undefined,
): Promise<void> {
  if (arn !== undefined && !(await isAttachable(db, context, arn))) throw noSuchBoundary(arn)
}

export async function putBoundary(
  deps: IamDeps,
  find: Find<Bounded>,
  context: CallContext,
  arn: string | undefined,
): Promise<void> {
  const boundary = required(arn, 'permissionsBoundary')
  await changeEntity<Bounded>(deps, 'IAM:PUT_BOUNDARY', find, async (entity, db) => {
    await checkBoundary(db, context, boundary)
    return { ...entity, boundary }
  })
}

/** Also when there is none: AWS's answer to that could not be found. */
export async function deleteBoundary(deps: IamDeps, find: Find<Bounded>): Promise<void> {
  await changeEntity<Bounded>(deps, 'IAM:DELETE_BOUNDARY', find, (entity) => ({
    ...entity,
    boundary: undefined,
  }))
}
