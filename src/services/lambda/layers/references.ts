/** The layers that a function asks for, checked. AWS's words where they were observed; so is their number. */
import { packageLimits } from '../../../kernel/limits.ts'
import type { CallContext } from '../../../kernel/operation.ts'
import { layersPerFunctionMax } from '../limits.ts'
import { invalid } from '../rules.ts'
import type { LayerReference, VersionConfig } from '../state.ts'
import { findPermittedLayer } from './access.ts'
import { layerReference } from './layer.ts'
import { parseLayerVersionArn } from './names.ts'
import type { LayerDb } from './tables.ts'

/**
 * @param db a transaction, where the answer has to be true until the function is stored
 * @param arns in the order in which they are merged
 * @throws ServiceError
 */
export async function findLayers(
  db: LayerDb,
  arns: readonly string[],
  context: CallContext,
): Promise<readonly LayerReference[]> {
  if (arns.length > layersPerFunctionMax) {
    throw invalid(`Cannot reference more than ${layersPerFunctionMax} layers.`)
  }
  /** By layer: which version. */
  const seen = new Map<string, string>()
  const layers: LayerReference[] = []
  for (const arn of arns) {
    const named = parseLayerVersionArn(arn)
    if (named && named.scope.region !== context.region) {
      throw invalid(
        `Layers are not in the same region as the function. Layers are expected to be in region ${context.region}.`,
      )
    }
    const record = named && (await findPermittedLayer(db, named, context))
    if (!record) throw invalid(`Layer version ${arn} does not exist.`)
    const layer = arn.slice(0, arn.lastIndexOf(':'))
    const other = seen.get(layer)
    if (other !== undefined) {
      throw invalid(
        `Two different versions of the same layer are not allowed to be referenced in the same function. ${other} and ${arn} are versions of the same layer.`,
      )
    }
    seen.set(layer, arn)
    layers.push(layerReference(record))
  }
  return layers
}

/** @throws ServiceError when code and layers together are larger than a function may be. Words as users report them. */
export function checkUnzippedTotal(config: Pick<VersionConfig, 'unzippedBytes' | 'layers'>): void {
  const bytes = config.layers.reduce(
    (total, layer) => total + layer.unzippedBytes,
    config.unzippedBytes,
  )
  const most = packageLimits.unzippedBytesMax
  if (bytes <= most) return
  throw invalid(
    `Function code combined with layers exceeds the maximum allowed size of ${most} bytes. The actual size is ${bytes} bytes.`,
  )
}
