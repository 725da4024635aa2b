import type { DeleteLayerVersionRequest } from '@aws-sdk/client-lambda'
import type { BlobId } from '../../../kernel/brand.ts'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { ownLayerVersion } from '../layers/names.ts'
import { deleteLayerVersion, findLayerVersion } from '../layers/tables.ts'
import type { LambdaTables } from '../tables.ts'

/** 204, also when there is none. Functions that have it keep it, and no other can get it. */
export function DeleteLayerVersion(
  service: LambdaService,
): Operation<DeleteLayerVersionRequest, object> {
  return async ({ LayerName = '', VersionNumber }, context) => {
    const named = ownLayerVersion(LayerName, VersionNumber, context, 'DeleteLayerVersion')
    const { scope, name, version } = named
    const code = await service.store.transaction<LambdaTables, BlobId | undefined>(
      'LAMBDA:DELETE_LAYER_VERSION',
      async (db) => {
        const record = await findLayerVersion(db, scope, name, version)
        if (record) await deleteLayerVersion(db, record)
        return record?.code
      },
    )
    if (code !== undefined) await service.code.deleteIfUnused(code)
    return {}
  }
}
