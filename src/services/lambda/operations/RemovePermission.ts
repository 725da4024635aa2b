import type { RemovePermissionRequest } from '@aws-sdk/client-lambda'
import { newUuid } from '../../../kernel/ids.ts'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { parseFunctionName } from '../names.ts'
import {
  checkPolicyRevision,
  notThere,
  refuseLatest,
  withoutStatement,
} from '../permissions/policy.ts'
import { changeSetting } from '../settings/change-setting.ts'

/** 204. With its last statement the policy goes. */
export function RemovePermission(
  service: LambdaService,
): Operation<RemovePermissionRequest, object> {
  return async (input, context) => {
    const { FunctionName = '', Qualifier, RevisionId, StatementId = '' } = input
    const named = parseFunctionName(FunctionName, Qualifier, context, 'RemovePermission')
    refuseLatest(named.qualifier)
    await changeSetting(
      service,
      'LAMBDA:REMOVE_PERMISSION',
      'policy',
      named,
      named.qualifier ?? '',
      (before) => {
        if (!before) throw notThere('No policy is associated with the given resource.')
        checkPolicyRevision(before, RevisionId)
        const document = withoutStatement(before.document, StatementId)
        return document === undefined ? undefined : { revisionId: newUuid(), document }
      },
    )
    return {}
  }
}
