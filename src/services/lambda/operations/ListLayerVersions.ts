import type { ListLayerVersionsRequest, ListLayerVersionsResponse } from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { type LayerVersionRecord, isCompatible, layerVersionItem } from '../layers/layer.ts'
import { ownLayerName } from '../layers/names.ts'
import { versionsOfLayer } from '../layers/tables.ts'
import { layersPerPageMax } from '../limits.ts'
import { badMarker, pageOf, readMarker } from '../paging.ts'
import type { LambdaTables } from '../tables.ts'

/** The newest first; none when there is no such layer. Other accounts' layers cannot be listed: no policy allows it. */
export function ListLayerVersions(
  service: LambdaService,
): Operation<ListLayerVersionsRequest, ListLayerVersionsResponse> {
  return async (input, context) => {
    const { scope, name } = ownLayerName(input.LayerName ?? '', context, 'ListLayerVersions')
    const limit = Math.min(input.MaxItems ?? layersPerPageMax, layersPerPageMax)
    const db = service.store.reader<LambdaTables>()
    const found: LayerVersionRecord[] = []
    for await (const record of versionsOfLayer(db, scope, name, readNumber(input.Marker))) {
      if (!isCompatible(record, input)) continue
      found.push(record)
      if (found.length > limit) break
    }
    const { page, next } = pageOf(found, limit, ({ version }) => String(version))
    return { LayerVersions: page.map(layerVersionItem), ...next }
  }
}

function readNumber(marker: string | undefined): number {
  const key = readMarker(marker)
  if (key === undefined) return Number.MAX_SAFE_INTEGER
  if (!/^\d{1,15}$/.test(key)) throw badMarker()
  return Number(key)
}
