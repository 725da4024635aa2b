import type { PutRetentionPolicyRequest } from '@aws-sdk/client-cloudwatch-logs'
import type { Operation } from '../../../kernel/operation.ts'
import { changeGroup } from '../change-group.ts'
import type { LogsDeps } from '../deps.ts'
import { checkRetention } from '../rules.ts'

/** Events that are older are gone for readers at once; from the disk they go in the background. */
export function PutRetentionPolicy(
  service: LogsDeps,
): Operation<PutRetentionPolicyRequest, object> {
  return async ({ logGroupName, retentionInDays }, context) => {
    const retentionDays = retentionInDays as number
    checkRetention(retentionDays)
    await changeGroup(service, context, { logGroupName }, (group) => ({ ...group, retentionDays }))
    return {}
  }
}
