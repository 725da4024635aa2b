import type { GetLayerVersionByArnRequest, GetLayerVersionResponse } from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { parseLayerVersionArn, readLayerVersion } from '../layers/names.ts'
import { invalid } from '../rules.ts'
import { layerArn } from '../layers/layer.ts'
import { showLayerVersion } from './GetLayerVersion.ts'

/** As GetLayerVersion, named in one piece. */
export function GetLayerVersionByArn(
  service: LambdaService,
): Operation<GetLayerVersionByArnRequest, GetLayerVersionResponse> {
  return async ({ Arn = '' }, context) => {
    const parsed = parseLayerVersionArn(Arn)
    if (!parsed) throw invalid(`${Arn} is no ARN of a layer version.`)
    const layer = layerArn(parsed.scope, parsed.name)
    return await showLayerVersion(
      service,
      readLayerVersion(layer, parsed.version, context),
      context,
    )
  }
}
