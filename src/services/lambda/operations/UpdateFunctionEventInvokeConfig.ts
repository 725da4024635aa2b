import type {
  FunctionEventInvokeConfig,
  UpdateFunctionEventInvokeConfigRequest,
} from '@aws-sdk/client-lambda'
import { functionArn } from '../../../kernel/arn.ts'
import { assert } from '../../../kernel/assert.ts'
import type { Operation } from '../../../kernel/operation.ts'
import {
  checkDestinations,
  checkSetsSomething,
  eventInvokeConfig,
  noConfig,
  withQualifier,
  withRequest,
} from '../event-invoke/event-invoke.ts'
import type { LambdaService } from '../lambda-service.ts'
import { parseFunctionName } from '../names.ts'
import { changeSetting } from '../settings/change-setting.ts'

/** What the request leaves out stays, each destination by itself; an empty one is cleared. */
export function UpdateFunctionEventInvokeConfig(
  service: LambdaService,
): Operation<UpdateFunctionEventInvokeConfigRequest, FunctionEventInvokeConfig> {
  return async (input, context) => {
    const operation = 'UpdateFunctionEventInvokeConfig'
    const { FunctionName = '', Qualifier } = input
    const named = withQualifier(parseFunctionName(FunctionName, Qualifier, context, operation))
    checkSetsSomething(input)
    const nowMs = service.clock.nowMs()
    const config = await changeSetting(
      service,
      'LAMBDA:UPDATE_EVENT_INVOKE_CONFIG',
      'eventInvoke',
      named,
      named.qualifier,
      async (before, record, db) => {
        if (!before) throw noConfig(named)
        await checkDestinations(db, record, input.DestinationConfig)
        return withRequest(before, input, nowMs)
      },
      noConfig,
    )
    assert(config !== undefined, 'an update took the configuration away')
    return eventInvokeConfig(functionArn(named.scope, named.name), named.qualifier, config)
  }
}
