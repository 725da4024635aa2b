import type {
  DeleteEventSourceMappingRequest,
  EventSourceMappingConfiguration,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { checkSettled, mappingNotFound } from '../event-sources/find.ts'
import { mappingConfiguration } from '../event-sources/mapping.ts'
import type { LambdaService } from '../lambda-service.ts'

/** 202: Deleting, then gone. */
export function DeleteEventSourceMapping(
  service: LambdaService,
): Operation<DeleteEventSourceMappingRequest, EventSourceMappingConfiguration> {
  return async (input, context) => {
    const deleted = await service.mappings.change(
      'LAMBDA:DELETE_MAPPING',
      context,
      input.UUID ?? '',
      (mapping) => {
        checkSettled(mapping, 'delete')
        return { ...mapping, state: 'Deleting', lastModifiedMs: service.clock.nowMs() }
      },
    )
    if (!deleted) throw mappingNotFound()
    service.mappings.begin(deleted)
    return mappingConfiguration(deleted)
  }
}
