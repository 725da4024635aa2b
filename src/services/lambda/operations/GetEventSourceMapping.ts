import type {
  EventSourceMappingConfiguration,
  GetEventSourceMappingRequest,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { mappingNotFound } from '../event-sources/find.ts'
import { mappingConfiguration } from '../event-sources/mapping.ts'
import type { LambdaService } from '../lambda-service.ts'

export function GetEventSourceMapping(
  service: LambdaService,
): Operation<GetEventSourceMappingRequest, EventSourceMappingConfiguration> {
  return async (input, context) => {
    const mapping = await service.mappings.find(context, input.UUID ?? '')
    if (!mapping) throw mappingNotFound()
    return mappingConfiguration(mapping)
  }
}
