import type { DeleteFunctionUrlConfigRequest } from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { changeSetting } from '../settings/change-setting.ts'
import { urlNotFound, urlOwner } from '../urls/owner.ts'

/** 204. */
export function DeleteFunctionUrlConfig(
  service: LambdaService,
): Operation<DeleteFunctionUrlConfigRequest, object> {
  return async (input, context) => {
    const { FunctionName, Qualifier } = input
    const named = urlOwner(FunctionName, Qualifier, context, 'DeleteFunctionUrlConfig')
    const qualifier = named.qualifier ?? ''
    await changeSetting(service, 'LAMBDA:DELETE_URL', 'url', named, qualifier, (before) => {
      if (!before) throw urlNotFound()
      return undefined
    })
    service.urls.forget(named.scope, named.name, qualifier)
    return {}
  }
}
