import type {
  GetCodeSigningConfigRequest,
  GetCodeSigningConfigResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { codeSigningResponse, configNotFound } from '../code-signing/config.ts'
import { findCodeSigning } from '../code-signing/tables.ts'
import type { LambdaService } from '../lambda-service.ts'
import type { LambdaTables } from '../tables.ts'

export function GetCodeSigningConfig(
  service: LambdaService,
): Operation<GetCodeSigningConfigRequest, GetCodeSigningConfigResponse> {
  return async ({ CodeSigningConfigArn = '' }, context) => {
    const db = service.store.reader<LambdaTables>()
    const record = await findCodeSigning(db, context, CodeSigningConfigArn)
    if (!record) throw configNotFound(CodeSigningConfigArn)
    return { CodeSigningConfig: codeSigningResponse(record) }
  }
}
