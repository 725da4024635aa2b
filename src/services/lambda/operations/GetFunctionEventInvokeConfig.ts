import type {
  FunctionEventInvokeConfig,
  GetFunctionEventInvokeConfigRequest,
} from '@aws-sdk/client-lambda'
import { functionArn } from '../../../kernel/arn.ts'
import type { Operation } from '../../../kernel/operation.ts'
import { eventInvokeConfig, noConfig, withQualifier } from '../event-invoke/event-invoke.ts'
import type { LambdaService } from '../lambda-service.ts'
import { parseFunctionName } from '../names.ts'
import { findSetting } from '../settings/tables.ts'
import type { LambdaTables } from '../tables.ts'

export function GetFunctionEventInvokeConfig(
  service: LambdaService,
): Operation<GetFunctionEventInvokeConfigRequest, FunctionEventInvokeConfig> {
  return async ({ FunctionName = '', Qualifier }, context) => {
    const operation = 'GetFunctionEventInvokeConfig'
    const named = withQualifier(parseFunctionName(FunctionName, Qualifier, context, operation))
    const { scope, name, qualifier } = named
    const owner = { ...scope, functionName: name, qualifier }
    const config = await findSetting(service.store.reader<LambdaTables>(), 'eventInvoke', owner)
    if (!config) throw noConfig(named)
    return eventInvokeConfig(functionArn(scope, name), qualifier, config)
  }
}
