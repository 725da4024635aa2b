import type { CallContext } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import type { LambdaTables } from '../tables.ts'
import { type CodeSigningRecord, configNotFound } from './config.ts'
import { findCodeSigning, putCodeSigning } from './tables.ts'

/**
 * Changes a configuration in one transaction.
 * @param transition throws to refuse
 * @throws ServiceError `ResourceNotFoundException`
 */
export async function changeCodeSigning(
  service: LambdaService,
  label: string,
  arn: string,
  context: CallContext,
  transition: (before: CodeSigningRecord) => CodeSigningRecord,
): Promise<CodeSigningRecord> {
  return await service.store.transaction<LambdaTables, CodeSigningRecord>(label, async (db) => {
    const before = await findCodeSigning(db, context, arn)
    if (!before) throw configNotFound(arn)
    const after = transition(before)
    await putCodeSigning(db, after)
    return after
  })
}
