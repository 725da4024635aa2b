import type { GetAccountSettingsRequest, GetAccountSettingsResponse } from '@aws-sdk/client-lambda'
import { packageLimits } from '../../../kernel/limits.ts'
import type { Operation } from '../../../kernel/operation.ts'
import { unreserved } from '../concurrency/concurrency.ts'
import type { LambdaService } from '../lambda-service.ts'
import { codeStorageBytesMax, concurrencyMax, zippedBytesMax } from '../limits.ts'
import type { LambdaTables } from '../tables.ts'
import { usageOf } from '../usage/tables.ts'

/** The quotas there are, and what is used of them. */
export function GetAccountSettings(
  service: LambdaService,
): Operation<GetAccountSettingsRequest, GetAccountSettingsResponse> {
  return async (_input, context) => {
    const db = service.store.reader<LambdaTables>()
    const [usage, left] = await Promise.all([usageOf(db, context), unreserved(db, context)])
    return {
      AccountLimit: {
        TotalCodeSize: codeStorageBytesMax,
        CodeSizeUnzipped: packageLimits.unzippedBytesMax,
        CodeSizeZipped: zippedBytesMax,
        ConcurrentExecutions: concurrencyMax,
        UnreservedConcurrentExecutions: left,
      },
      AccountUsage: { TotalCodeSize: usage.codeBytes, FunctionCount: usage.functions },
    }
  }
}
