import type { GetLayerVersionRequest, GetLayerVersionResponse } from '@aws-sdk/client-lambda'
import type { CallContext, Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { findPermittedLayer } from '../layers/access.ts'
import { layerVersionResponse } from '../layers/layer.ts'
import { type LayerVersionName, readLayerVersion } from '../layers/names.ts'
import { notThere } from '../permissions/policy.ts'
import type { LambdaTables } from '../tables.ts'

/** With a link that downloads the layer for ten minutes. */
export function GetLayerVersion(
  service: LambdaService,
): Operation<GetLayerVersionRequest, GetLayerVersionResponse> {
  return async ({ LayerName = '', VersionNumber }, context) =>
    await showLayerVersion(service, readLayerVersion(LayerName, VersionNumber, context), context)
}

/** Of the own account, or of another one whose policy allows it. @throws ServiceError */
export async function showLayerVersion(
  service: LambdaService,
  named: LayerVersionName,
  context: CallContext,
): Promise<GetLayerVersionResponse> {
  const db = service.store.reader<LambdaTables>()
  const record = await findPermittedLayer(db, named, context)
  if (!record) throw notThere('The resource you requested does not exist.')
  return layerVersionResponse(record, service.code.link(record.code, context.endpoint))
}
