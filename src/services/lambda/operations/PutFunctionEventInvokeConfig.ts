import type {
  FunctionEventInvokeConfig,
  PutFunctionEventInvokeConfigRequest,
} from '@aws-sdk/client-lambda'
import { functionArn } from '../../../kernel/arn.ts'
import type { Operation } from '../../../kernel/operation.ts'
import {
  checkDestinations,
  checkSetsSomething,
  eventInvokeConfig,
  noSuchFunction,
  withQualifier,
  withRequest,
} from '../event-invoke/event-invoke.ts'
import type { LambdaService } from '../lambda-service.ts'
import { parseFunctionName } from '../names.ts'
import { changeSetting } from '../settings/change-setting.ts'

/** Replaces what there was: what the request leaves out is unset. */
export function PutFunctionEventInvokeConfig(
  service: LambdaService,
): Operation<PutFunctionEventInvokeConfigRequest, FunctionEventInvokeConfig> {
  return async (input, context) => {
    const operation = 'PutFunctionEventInvokeConfig'
    const { FunctionName = '', Qualifier } = input
    const named = withQualifier(parseFunctionName(FunctionName, Qualifier, context, operation))
    checkSetsSomething(input)
    const config = withRequest({}, input, service.clock.nowMs())
    await changeSetting(
      service,
      'LAMBDA:PUT_EVENT_INVOKE_CONFIG',
      'eventInvoke',
      named,
      named.qualifier,
      async (_before, record, db) => {
        await checkDestinations(db, record, input.DestinationConfig)
        return config
      },
      noSuchFunction,
    )
    return eventInvokeConfig(functionArn(named.scope, named.name), named.qualifier, config)
  }
}
