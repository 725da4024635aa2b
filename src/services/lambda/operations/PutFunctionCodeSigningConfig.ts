import type {
  PutFunctionCodeSigningConfigRequest,
  PutFunctionCodeSigningConfigResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { givenConfigNotFound } from '../code-signing/config.ts'
import { findCodeSigning } from '../code-signing/tables.ts'
import type { LambdaService } from '../lambda-service.ts'
import { parseUnqualifiedName } from '../names.ts'
import { changeSetting } from '../settings/change-setting.ts'

/** The code that the function has stays, whoever has signed it: what is deployed next is checked. */
export function PutFunctionCodeSigningConfig(
  service: LambdaService,
): Operation<PutFunctionCodeSigningConfigRequest, PutFunctionCodeSigningConfigResponse> {
  return async ({ FunctionName = '', CodeSigningConfigArn = '' }, context) => {
    const named = parseUnqualifiedName(FunctionName, context, 'PutFunctionCodeSigningConfig')
    const label = 'LAMBDA:PUT_CODE_SIGNING'
    await changeSetting(service, label, 'codeSigning', named, '', async (_before, _record, db) => {
      const config = await findCodeSigning(db, context, CodeSigningConfigArn)
      if (!config) throw givenConfigNotFound(CodeSigningConfigArn)
      return { configArn: CodeSigningConfigArn }
    })
    return { CodeSigningConfigArn, FunctionName: named.name }
  }
}
