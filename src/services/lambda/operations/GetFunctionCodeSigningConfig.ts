import type {
  GetFunctionCodeSigningConfigRequest,
  GetFunctionCodeSigningConfigResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { notFound, parseUnqualifiedName } from '../names.ts'
import { findSetting } from '../settings/tables.ts'
import type { LambdaTables } from '../tables.ts'

/** For a function without one the answer has its name alone: Terraform asks of every function. */
export function GetFunctionCodeSigningConfig(
  service: LambdaService,
): Operation<GetFunctionCodeSigningConfigRequest, GetFunctionCodeSigningConfigResponse> {
  return async ({ FunctionName = '' }, context) => {
    const named = parseUnqualifiedName(FunctionName, context, 'GetFunctionCodeSigningConfig')
    const { scope, name } = named
    if (!(await service.functions.find(scope, name))) throw notFound(named)
    const setting = await findSetting(service.store.reader<LambdaTables>(), 'codeSigning', {
      ...scope,
      functionName: name,
      qualifier: '',
    })
    return { CodeSigningConfigArn: setting?.configArn, FunctionName: name }
  }
}
