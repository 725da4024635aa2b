import type { DeleteRetentionPolicyRequest } from '@aws-sdk/client-cloudwatch-logs'
import type { Operation } from '../../../kernel/operation.ts'
import { changeGroup } from '../change-group.ts'
import type { LogsDeps } from '../deps.ts'

/** Expired events that are still on disk are readable again, as on AWS. */
export function DeleteRetentionPolicy(
  service: LogsDeps,
): Operation<DeleteRetentionPolicyRequest, object> {
  return async ({ logGroupName }, context) => {
    await changeGroup(service, context, { logGroupName }, (group) => ({
      ...group,
      retentionDays: undefined,
    }))
    return {}
  }
}
