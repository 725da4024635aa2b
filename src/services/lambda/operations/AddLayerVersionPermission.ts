import type {
  AddLayerVersionPermissionRequest,
  AddLayerVersionPermissionResponse,
} from '@aws-sdk/client-lambda'
import { newUuid } from '../../../kernel/ids.ts'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { changeLayerPolicy } from '../layers/change-policy.ts'
import { arnOf, ownLayerVersion } from '../layers/names.ts'
import { statementOf, withStatement } from '../permissions/policy.ts'
import { invalid } from '../rules.ts'

/** 201: lets an account, an organisation or everybody have the version. What is allowed is GetLayerVersion alone. */
export function AddLayerVersionPermission(
  service: LambdaService,
): Operation<AddLayerVersionPermissionRequest, AddLayerVersionPermissionResponse> {
  return async (input, context) => {
    const { LayerName = '', VersionNumber, StatementId, Action, Principal, OrganizationId } = input
    const named = ownLayerVersion(LayerName, VersionNumber, context, 'AddLayerVersionPermission')
    if (OrganizationId && Principal !== '*') {
      throw invalid('OrganizationId can be given only for the principal *.')
    }
    const statement = statementOf(
      {
        FunctionName: undefined,
        StatementId,
        Action,
        Principal,
        PrincipalOrgID: OrganizationId || undefined,
      },
      arnOf(named),
    )
    const policy = await changeLayerPolicy(
      service,
      'LAMBDA:ADD_LAYER_PERMISSION',
      named,
      input.RevisionId,
      (before) => {
        return { revisionId: newUuid(), document: withStatement(before?.document, statement) }
      },
    )
    return { Statement: JSON.stringify(statement), RevisionId: policy?.revisionId }
  }
}
