import type {
  PutFunctionRecursionConfigRequest,
  PutFunctionRecursionConfigResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { parseUnqualifiedName } from '../names.ts'
import { changeSetting } from '../settings/change-setting.ts'

export function PutFunctionRecursionConfig(
  service: LambdaService,
): Operation<PutFunctionRecursionConfigRequest, PutFunctionRecursionConfigResponse> {
  return async ({ FunctionName = '', RecursiveLoop: loop = 'Terminate' }, context) => {
    const named = parseUnqualifiedName(FunctionName, context, 'PutFunctionRecursionConfig')
    const label = 'LAMBDA:PUT_RECURSION_CONFIG'
    await changeSetting(service, label, 'recursion', named, '', () => ({ loop }))
    return { RecursiveLoop: loop }
  }
}
