import type { RemoveLayerVersionPermissionRequest } from '@aws-sdk/client-lambda'
import { newUuid } from '../../../kernel/ids.ts'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { changeLayerPolicy } from '../layers/change-policy.ts'
import { ownLayerVersion } from '../layers/names.ts'
import { notThere, withoutStatement } from '../permissions/policy.ts'

/** 204. With its last statement the policy goes. Functions that have the layer keep it. */
export function RemoveLayerVersionPermission(
  service: LambdaService,
): Operation<RemoveLayerVersionPermissionRequest, object> {
  return async (input, context) => {
    const { LayerName = '', VersionNumber, StatementId = '', RevisionId } = input
    const operation = 'RemoveLayerVersionPermission'
    const named = ownLayerVersion(LayerName, VersionNumber, context, operation)
    await changeLayerPolicy(
      service,
      'LAMBDA:REMOVE_LAYER_PERMISSION',
      named,
      RevisionId,
      (before) => {
        if (!before) throw notThere('No policy is associated with the given resource.')
        const document = withoutStatement(before.document, StatementId)
        return document === undefined ? undefined : { revisionId: newUuid(), document }
      },
    )
    return {}
  }
}
