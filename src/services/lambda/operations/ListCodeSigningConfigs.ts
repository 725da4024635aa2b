import type {
  ListCodeSigningConfigsRequest,
  ListCodeSigningConfigsResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { codeSigningResponse } from '../code-signing/config.ts'
import { listCodeSigning } from '../code-signing/tables.ts'
import type { LambdaService } from '../lambda-service.ts'
import { codeSigningPerPageMax } from '../limits.ts'
import { pageOf, readMarker } from '../paging.ts'
import type { LambdaTables } from '../tables.ts'

/** By id. */
export function ListCodeSigningConfigs(
  service: LambdaService,
): Operation<ListCodeSigningConfigsRequest, ListCodeSigningConfigsResponse> {
  return async ({ Marker, MaxItems }, context) => {
    const limit = Math.min(MaxItems ?? codeSigningPerPageMax, codeSigningPerPageMax)
    const db = service.store.reader<LambdaTables>()
    const records = await listCodeSigning(db, context, readMarker(Marker) ?? '', limit + 1)
    const { page, next } = pageOf(records, limit, ({ id }) => id)
    return { CodeSigningConfigs: page.map(codeSigningResponse), ...next }
  }
}
