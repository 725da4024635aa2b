import type { PutResourcePolicyRequest, PutResourcePolicyResponse } from '@aws-sdk/client-lambda'
import { newUuid } from '../../../kernel/ids.ts'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { arnOf, parseFunctionName } from '../names.ts'
import { checkDocument } from '../permissions/document.ts'
import { checkPolicyRevision, refuseLatest } from '../permissions/policy.ts'
import { changeSetting } from '../settings/change-setting.ts'

/** Puts a whole policy in the place of what there was, statements of AddPermission included. */
export function PutResourcePolicy(
  service: LambdaService,
): Operation<PutResourcePolicyRequest, PutResourcePolicyResponse> {
  return async (input, context) => {
    const { ResourceArn = '', Policy: document = '', RevisionId } = input
    const named = parseFunctionName(ResourceArn, undefined, context, 'PutResourcePolicy')
    refuseLatest(named.qualifier)
    checkDocument(document, arnOf(named))
    const policy = { revisionId: newUuid(), document }
    await changeSetting(
      service,
      'LAMBDA:PUT_RESOURCE_POLICY',
      'policy',
      named,
      named.qualifier ?? '',
      (before) => {
        checkPolicyRevision(before, RevisionId, 'GetResourcePolicy')
        return policy
      },
    )
    return { Policy: policy.document, RevisionId: policy.revisionId }
  }
}
