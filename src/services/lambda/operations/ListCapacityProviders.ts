import type {
  ListCapacityProvidersRequest,
  ListCapacityProvidersResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { capacityProvider } from '../capacity-providers/provider.ts'
import { listProviders } from '../capacity-providers/tables.ts'
import type { LambdaService } from '../lambda-service.ts'
import { capacityProvidersPerPageMax } from '../limits.ts'
import { pageOf, readMarker } from '../paging.ts'
import type { LambdaTables } from '../tables.ts'

/** All, or those in one state; by name. */
export function ListCapacityProviders(
  service: LambdaService,
): Operation<ListCapacityProvidersRequest, ListCapacityProvidersResponse> {
  return async ({ State, Marker, MaxItems }, context) => {
    const limit = MaxItems ?? capacityProvidersPerPageMax
    const db = service.store.reader<LambdaTables>()
    const found = await listProviders(db, context, State, readMarker(Marker), limit + 1)
    const { page, next } = pageOf(found, limit, ({ name }) => name)
    return { CapacityProviders: page.map(capacityProvider), ...next }
  }
}
