import type { TagLogGroupRequest } from '@aws-sdk/client-cloudwatch-logs'
import { ServiceError } from '../../../kernel/errors.ts'
import type { Operation } from '../../../kernel/operation.ts'
import type { LogsDeps } from '../deps.ts'
import { invalid } from '../rules.ts'
import { tagGroup } from '../tagging.ts'

/** The older TagResource. */
export function TagLogGroup(service: LogsDeps): Operation<TagLogGroupRequest, object> {
  return async ({ logGroupName, tags = {} }, context) => {
    try {
      await tagGroup(service, context, { logGroupName }, tags)
    } catch (error) {
      // The model of this operation does not have the newer one's error.
      if (error instanceof ServiceError && error.code === 'TooManyTagsException') {
        throw invalid(error.message)
      }
      throw error
    }
    return {}
  }
}
