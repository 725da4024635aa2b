import type { DeleteFunctionEventInvokeConfigRequest } from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { noConfig, withQualifier } from '../event-invoke/event-invoke.ts'
import type { LambdaService } from '../lambda-service.ts'
import { parseFunctionName } from '../names.ts'
import { changeSetting } from '../settings/change-setting.ts'

/** 204. */
export function DeleteFunctionEventInvokeConfig(
  service: LambdaService,
): Operation<DeleteFunctionEventInvokeConfigRequest, object> {
  return async ({ FunctionName = '', Qualifier }, context) => {
    const operation = 'DeleteFunctionEventInvokeConfig'
    const named = withQualifier(parseFunctionName(FunctionName, Qualifier, context, operation))
    await changeSetting(
      service,
      'LAMBDA:DELETE_EVENT_INVOKE_CONFIG',
      'eventInvoke',
      named,
      named.qualifier,
      (before) => {
        if (!before) throw noConfig(named)
        return undefined
      },
      noConfig,
    )
    return {}
  }
}
