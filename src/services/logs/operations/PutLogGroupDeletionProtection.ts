import type { PutLogGroupDeletionProtectionRequest } from '@aws-sdk/client-cloudwatch-logs'
import type { Operation } from '../../../kernel/operation.ts'
import { changeGroup } from '../change-group.ts'
import type { LogsDeps } from '../deps.ts'

export function PutLogGroupDeletionProtection(
  service: LogsDeps,
): Operation<PutLogGroupDeletionProtectionRequest, object> {
  return async ({ logGroupIdentifier, deletionProtectionEnabled }, context) => {
    const isProtected = deletionProtectionEnabled === true
    await changeGroup(service, context, { logGroupIdentifier }, (group) => ({
      ...group,
      isProtected,
    }))
    return {}
  }
}
