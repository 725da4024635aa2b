import { ServiceError } from '../../../kernel/errors.ts'
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
