import { ServiceError } from '../../../kernel/errors.ts'
import type { FunctionName } from '../names.ts'
import { invalid } from '../rules.ts'
import { existing } from '../settings/change-setting.ts'
import type { FunctionRecord } from '../state.ts'
import type { LambdaDb } from '../tables.ts'
import { type MappingRecord, isChanging } from './mapping.ts'

/** Recorded. */
export function mappingNotFound(): ServiceError {
  return new ServiceError(
    'ResourceNotFoundException',
    'The resource you requested does not exist.',
    { status: 404 },
  )
}

/** @throws ServiceError `ResourceInUseException`, 400, while another change is under way */
export function checkSettled(mapping: MappingRecord, what: 'update' | 'delete'): void {
  if (!isChanging(mapping)) return
  throw new ServiceError(
    'ResourceInUseException',
    `Cannot ${what} the event source mapping because it is in use.`,
  )
}

/** @throws ServiceError 400 `Function does not exist` (recorded), where other operations answer 404 */
export async function existingOf(db: LambdaDb, named: FunctionName): Promise<FunctionRecord> {
  try {
    return await existing(db, named)
  } catch (error) {
    if (error instanceof ServiceError && error.status === 404) {
      throw invalid('Function does not exist')
    }
    throw error
  }
}
