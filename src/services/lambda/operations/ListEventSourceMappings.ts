import type {
  ListEventSourceMappingsRequest,
  ListEventSourceMappingsResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { mappingConfiguration } from '../event-sources/mapping.ts'
import { listMappings } from '../event-sources/tables.ts'
import type { LambdaService } from '../lambda-service.ts'
import { mappingsPerPageMax } from '../limits.ts'
import { parseFunctionName } from '../names.ts'
import { pageOf, readMarker } from '../paging.ts'
import type { LambdaTables } from '../tables.ts'

/** Of a function, of a source, of both, or all. */
export function ListEventSourceMappings(
  service: LambdaService,
): Operation<ListEventSourceMappingsRequest, ListEventSourceMappingsResponse> {
  return async (input, context) => {
    const { FunctionName, EventSourceArn: source, Marker, MaxItems } = input
    const functionName =
      FunctionName === undefined
        ? undefined
        : parseFunctionName(FunctionName, undefined, context, 'ListEventSourceMappings').name
    const limit = Math.min(MaxItems ?? mappingsPerPageMax, mappingsPerPageMax)
    const db = service.store.reader<LambdaTables>()
    const filter = { functionName, source }
    const found = await listMappings(db, context, filter, readMarker(Marker), limit + 1)
    const { page, next } = pageOf(found, limit, ({ uuid }) => uuid)
    return { EventSourceMappings: page.map(mappingConfiguration), ...next }
  }
}
