import type {
  GetFunctionUrlConfigRequest,
  GetFunctionUrlConfigResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { arnOf } from '../names.ts'
import { findSetting } from '../settings/tables.ts'
import type { LambdaTables } from '../tables.ts'
import { urlNotFound, urlOwner } from '../urls/owner.ts'
import { urlConfiguration } from '../urls/url.ts'

export function GetFunctionUrlConfig(
  service: LambdaService,
): Operation<GetFunctionUrlConfigRequest, GetFunctionUrlConfigResponse> {
  return async (input, context) => {
    const { FunctionName, Qualifier } = input
    const named = urlOwner(FunctionName, Qualifier, context, 'GetFunctionUrlConfig')
    const { scope, name, qualifier = '' } = named
    const db = service.store.reader<LambdaTables>()
    const record = await findSetting(db, 'url', { ...scope, functionName: name, qualifier })
    if (!record) throw urlNotFound()
    return urlConfiguration(record, arnOf(named), scope.region, context.endpoint)
  }
}
