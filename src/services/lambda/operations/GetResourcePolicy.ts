import type { GetResourcePolicyRequest, GetResourcePolicyResponse } from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { arnOf, parseFunctionName } from '../names.ts'
import { notThere } from '../permissions/policy.ts'
import { existing } from '../settings/change-setting.ts'
import { findSetting } from '../settings/tables.ts'
import type { LambdaTables } from '../tables.ts'

/** The same policy that GetPolicy shows, by ARN. */
export function GetResourcePolicy(
  service: LambdaService,
): Operation<GetResourcePolicyRequest, GetResourcePolicyResponse> {
  return async ({ ResourceArn = '' }, context) => {
    const named = parseFunctionName(ResourceArn, undefined, context, 'GetResourcePolicy')
    const db = service.store.reader<LambdaTables>()
    await existing(db, named)
    const { scope, name: functionName, qualifier = '' } = named
    const policy = await findSetting(db, 'policy', { ...scope, functionName, qualifier })
    if (!policy) throw notThere(`No policy found for: ${arnOf(named)}`)
    return { Policy: policy.document, RevisionId: policy.revisionId }
  }
}
