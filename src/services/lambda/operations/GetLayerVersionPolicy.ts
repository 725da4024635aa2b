import type {
  GetLayerVersionPolicyRequest,
  GetLayerVersionPolicyResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { layerVersionNotFound, ownLayerVersion } from '../layers/names.ts'
import { findLayerVersion } from '../layers/tables.ts'
import { notThere } from '../permissions/policy.ts'
import type { LambdaTables } from '../tables.ts'

export function GetLayerVersionPolicy(
  service: LambdaService,
): Operation<GetLayerVersionPolicyRequest, GetLayerVersionPolicyResponse> {
  return async ({ LayerName = '', VersionNumber }, context) => {
    const named = ownLayerVersion(LayerName, VersionNumber, context, 'GetLayerVersionPolicy')
    const db = service.store.reader<LambdaTables>()
    const record = await findLayerVersion(db, named.scope, named.name, named.version)
    if (!record) throw layerVersionNotFound(named)
    const { policy } = record
    if (!policy) throw notThere('No policy is associated with the given resource.')
    return { Policy: policy.document, RevisionId: policy.revisionId }
  }
}
