import type {
  PublishLayerVersionRequest,
  PublishLayerVersionResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { type LayerVersionRecord, layerVersionResponse } from '../layers/layer.ts'
import { ownLayerName } from '../layers/names.ts'
import { insertLayerVersion, takeLayerVersion } from '../layers/tables.ts'
import { invalid } from '../rules.ts'
import type { LambdaTables } from '../tables.ts'
import { refuseUnserved } from '../unserved.ts'

/** 201: the layer's next version, also when its contents are those of an earlier one. */
export function PublishLayerVersion(
  service: LambdaService,
): Operation<PublishLayerVersionRequest, PublishLayerVersionResponse> {
  return async (input, context) => {
    const { scope, name } = ownLayerName(input.LayerName ?? '', context, 'PublishLayerVersion')
    refuseUnserved('PublishLayerVersion', input)
    const zip = input.Content?.ZipFile
    if (!zip) throw invalid('Please provide a source for layer content.')
    const createdMs = service.clock.nowMs()
    const published = await service.code.receive(zip, (stored) =>
      service.store.transaction<LambdaTables, LayerVersionRecord>(
        'LAMBDA:PUBLISH_LAYER_VERSION',
        async (db) => {
          const record: LayerVersionRecord = {
            account: scope.account,
            region: scope.region,
            name,
            version: await takeLayerVersion(db, scope, name),
            description: input.Description ?? '',
            license: input.LicenseInfo || undefined,
            runtimes: input.CompatibleRuntimes ?? [],
            architectures: input.CompatibleArchitectures ?? [],
            createdMs,
            policy: undefined,
            ...stored,
          }
          await insertLayerVersion(db, record)
          return record
        },
      ),
    )
    return layerVersionResponse(published, service.code.link(published.code, context.endpoint))
  }
}
