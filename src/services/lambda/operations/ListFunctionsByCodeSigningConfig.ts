import type {
  ListFunctionsByCodeSigningConfigRequest,
  ListFunctionsByCodeSigningConfigResponse,
} from '@aws-sdk/client-lambda'
import { functionArn } from '../../../kernel/arn.ts'
import type { Operation } from '../../../kernel/operation.ts'
import { configNotFound } from '../code-signing/config.ts'
import { findCodeSigning } from '../code-signing/tables.ts'
import type { LambdaService } from '../lambda-service.ts'
import { codeSigningPerPageMax } from '../limits.ts'
import { pageOf, readMarker } from '../paging.ts'
import { listReferring } from '../settings/tables.ts'
import type { LambdaTables } from '../tables.ts'

/** Their ARNs, by name. */
export function ListFunctionsByCodeSigningConfig(
  service: LambdaService,
): Operation<ListFunctionsByCodeSigningConfigRequest, ListFunctionsByCodeSigningConfigResponse> {
  return async ({ CodeSigningConfigArn = '', Marker, MaxItems }, context) => {
    const limit = Math.min(MaxItems ?? codeSigningPerPageMax, codeSigningPerPageMax)
    const after = readMarker(Marker) ?? ''
    const db = service.store.reader<LambdaTables>()
    if (!(await findCodeSigning(db, context, CodeSigningConfigArn))) {
      throw configNotFound(CodeSigningConfigArn)
    }
    const arn = CodeSigningConfigArn
    const names = await listReferring(db, 'codeSigning', context, arn, after, limit + 1)
    const { page, next } = pageOf(names, limit, (name) => name)
    return { FunctionArns: page.map((name) => functionArn(context, name)), ...next }
  }
}
