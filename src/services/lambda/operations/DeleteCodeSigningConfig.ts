import type {
  DeleteCodeSigningConfigRequest,
  DeleteCodeSigningConfigResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { configNotFound } from '../code-signing/config.ts'
import { deleteCodeSigning, findCodeSigning } from '../code-signing/tables.ts'
import type { LambdaService } from '../lambda-service.ts'
import { conflict } from '../rules.ts'
import { listReferring } from '../settings/tables.ts'
import type { LambdaTables } from '../tables.ts'

/** 204. Not while a function has it. */
export function DeleteCodeSigningConfig(
  service: LambdaService,
): Operation<DeleteCodeSigningConfigRequest, DeleteCodeSigningConfigResponse> {
  return async ({ CodeSigningConfigArn = '' }, context) => {
    const label = 'LAMBDA:DELETE_CODE_SIGNING'
    await service.store.transaction<LambdaTables, void>(label, async (db) => {
      const record = await findCodeSigning(db, context, CodeSigningConfigArn)
      if (!record) throw configNotFound(CodeSigningConfigArn)
      const arn = CodeSigningConfigArn
      const [user] = await listReferring(db, 'codeSigning', context, arn, '', 1)
      if (user !== undefined) {
        throw conflict(
          `The code signing configuration ${CodeSigningConfigArn} is in use by the function ${user}. Remove it from all functions first.`,
        )
      }
      await deleteCodeSigning(db, record)
    })
    return {}
  }
}
