import type {
  GetFunctionRecursionConfigRequest,
  GetFunctionRecursionConfigResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { parseUnqualifiedName } from '../names.ts'
import { existing } from '../settings/change-setting.ts'
import { findSetting } from '../settings/tables.ts'
import type { LambdaTables } from '../tables.ts'

/** Terminate, unless it was set (API reference). */
export function GetFunctionRecursionConfig(
  service: LambdaService,
): Operation<GetFunctionRecursionConfigRequest, GetFunctionRecursionConfigResponse> {
  return async ({ FunctionName = '' }, context) => {
    const named = parseUnqualifiedName(FunctionName, context, 'GetFunctionRecursionConfig')
    const db = service.store.reader<LambdaTables>()
    await existing(db, named)
    const owner = { ...named.scope, functionName: named.name, qualifier: '' }
    const setting = await findSetting(db, 'recursion', owner)
    return { RecursiveLoop: setting?.loop ?? 'Terminate' }
  }
}
