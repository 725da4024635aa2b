import type { LayersListItem, ListLayersRequest, ListLayersResponse } from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { isCompatible, layerArn, layerVersionItem } from '../layers/layer.ts'
import { versionsOfLayers } from '../layers/tables.ts'
import { layersPerPageMax } from '../limits.ts'
import { pageOf, readMarker } from '../paging.ts'
import type { LambdaTables } from '../tables.ts'

/** By name, each with its newest version; with a filter, with the newest that fits, and only those that have one. */
export function ListLayers(
  service: LambdaService,
): Operation<ListLayersRequest, ListLayersResponse> {
  return async (input, context) => {
    const limit = Math.min(input.MaxItems ?? layersPerPageMax, layersPerPageMax)
    const db = service.store.reader<LambdaTables>()
    const found: (LayersListItem & { LayerName: string })[] = []
    for await (const record of versionsOfLayers(db, context, readMarker(input.Marker) ?? '')) {
      const { name } = record
      if (found.at(-1)?.LayerName === name || !isCompatible(record, input)) continue
      found.push({
        LayerName: name,
        LayerArn: layerArn(record, name),
        LatestMatchingVersion: layerVersionItem(record),
      })
      if (found.length > limit) break
    }
    const { page, next } = pageOf(found, limit, (layer) => layer.LayerName)
    return { Layers: [...page], ...next }
  }
}
