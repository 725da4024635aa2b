import type {
  GetServiceLinkedRoleDeletionStatusRequest,
  GetServiceLinkedRoleDeletionStatusResponse,
} from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { requireEntity } from '../../lookups.ts'
import { required } from '../../names.ts'
import type { IamTables } from '../../tables.ts'

/** A task that is known has done its work. */
export function GetServiceLinkedRoleDeletionStatus(
  deps: IamDeps,
): Operation<
  GetServiceLinkedRoleDeletionStatusRequest,
  GetServiceLinkedRoleDeletionStatusResponse
> {
  return async (input, context) => {
    const id = required(input.DeletionTaskId, 'deletionTaskId')
    await requireEntity(deps.store.reader<IamTables>(), 'deletion-task', context.account, id)
    return { Status: 'SUCCEEDED' }
  }
}
