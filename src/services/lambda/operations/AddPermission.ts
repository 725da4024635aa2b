import type { AddPermissionRequest, AddPermissionResponse } from '@aws-sdk/client-lambda'
import { newUuid } from '../../../kernel/ids.ts'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { arnOf, parseFunctionName } from '../names.ts'
import {
  checkPolicyRevision,
  refuseLatest,
  statementOf,
  withStatement,
} from '../permissions/policy.ts'
import { changeSetting } from '../settings/change-setting.ts'

/** 201. The policy is that of exactly what is named: the function, a version, or an alias. */
export function AddPermission(
  service: LambdaService,
): Operation<AddPermissionRequest, AddPermissionResponse> {
  return async (input, context) => {
    const { FunctionName = '', Qualifier, RevisionId } = input
    const named = parseFunctionName(FunctionName, Qualifier, context, 'AddPermission')
    refuseLatest(named.qualifier)
    const statement = statementOf(input, arnOf(named))
    await changeSetting(
      service,
      'LAMBDA:ADD_PERMISSION',
      'policy',
      named,
      named.qualifier ?? '',
      (before) => {
        checkPolicyRevision(before, RevisionId)
        return { revisionId: newUuid(), document: withStatement(before?.document, statement) }
      },
    )
    return { Statement: JSON.stringify(statement) }
  }
}
