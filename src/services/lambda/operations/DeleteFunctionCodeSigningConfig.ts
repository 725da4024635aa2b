import type { DeleteFunctionCodeSigningConfigRequest } from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { parseUnqualifiedName } from '../names.ts'
import { changeSetting } from '../settings/change-setting.ts'

/** 204, also when it has none. */
export function DeleteFunctionCodeSigningConfig(
  service: LambdaService,
): Operation<DeleteFunctionCodeSigningConfigRequest, object> {
  return async ({ FunctionName = '' }, context) => {
    const named = parseUnqualifiedName(FunctionName, context, 'DeleteFunctionCodeSigningConfig')
    const label = 'LAMBDA:DELETE_FUNCTION_CODE_SIGNING'
    await changeSetting(service, label, 'codeSigning', named, '', () => undefined)
    return {}
  }
}
