import type { DeleteResourcePolicyRequest } from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { arnOf, parseFunctionName } from '../names.ts'
import { checkPolicyRevision, notThere } from '../permissions/policy.ts'
import { changeSetting } from '../settings/change-setting.ts'

/** 204. All statements go, those of AddPermission too. */
export function DeleteResourcePolicy(
  service: LambdaService,
): Operation<DeleteResourcePolicyRequest, object> {
  return async ({ ResourceArn = '', RevisionId }, context) => {
    const named = parseFunctionName(ResourceArn, undefined, context, 'DeleteResourcePolicy')
    await changeSetting(
      service,
      'LAMBDA:DELETE_RESOURCE_POLICY',
      'policy',
      named,
      named.qualifier ?? '',
      (before) => {
        if (!before) throw notThere(`No policy found for: ${arnOf(named)}`)
        checkPolicyRevision(before, RevisionId, 'GetResourcePolicy')
        return undefined
      },
    )
    return {}
  }
}
