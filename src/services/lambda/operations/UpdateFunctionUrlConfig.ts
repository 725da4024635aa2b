import type {
  UpdateFunctionUrlConfigRequest,
  UpdateFunctionUrlConfigResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { arnOf } from '../names.ts'
import { changeSetting } from '../settings/change-setting.ts'
import { corsOf, urlNotFound, urlOwner } from '../urls/owner.ts'
import { urlConfiguration } from '../urls/url.ts'

/** What the request leaves out stays; Cors is replaced as a whole, and an empty one clears. */
export function UpdateFunctionUrlConfig(
  service: LambdaService,
): Operation<UpdateFunctionUrlConfigRequest, UpdateFunctionUrlConfigResponse> {
  return async (input, context) => {
    const { FunctionName, Qualifier, AuthType, Cors, InvokeMode } = input
    const named = urlOwner(FunctionName, Qualifier, context, 'UpdateFunctionUrlConfig')
    const { scope, name, qualifier = '' } = named
    const record = await changeSetting(
      service,
      'LAMBDA:UPDATE_URL',
      'url',
      named,
      qualifier,
      (before) => {
        if (!before) throw urlNotFound()
        return {
          ...before,
          authType: AuthType ?? before.authType,
          cors: Cors === undefined ? before.cors : corsOf(Cors),
          invokeMode: InvokeMode ?? before.invokeMode,
          lastModifiedMs: service.clock.nowMs(),
        }
      },
    )
    if (!record) throw urlNotFound()
    const { account, region } = scope
    service.urls.set({ account, region, functionName: name, qualifier, record })
    return urlConfiguration(record, arnOf(named), scope.region, context.endpoint)
  }
}
