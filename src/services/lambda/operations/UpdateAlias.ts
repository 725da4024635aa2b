import type { AliasConfiguration, UpdateAliasRequest } from '@aws-sdk/client-lambda'
import { newUuid } from '../../../kernel/ids.ts'
import type { Operation } from '../../../kernel/operation.ts'
import { aliasConfiguration } from '../aliases/alias.ts'
import { aliasNotFound, checkRouting, weightsOf } from '../aliases/rules.ts'
import { findAlias, putAlias } from '../aliases/tables.ts'
import { applyProvisioned } from '../concurrency/provisioned.ts'
import type { LambdaService } from '../lambda-service.ts'
import { notFound } from '../names.ts'
import { accessibleFunction } from '../permissions/access.ts'
import { checkRevision } from '../rules.ts'

/** What the request leaves out stays; a routing configuration is replaced as a whole, and an empty one clears. */
export function UpdateAlias(
  service: LambdaService,
): Operation<UpdateAliasRequest, AliasConfiguration> {
  return async (input, context) => {
    const named = await accessibleFunction(
      service,
      input.FunctionName ?? '',
      context,
      'UpdateAlias',
    )
    const { scope, name } = named
    const updated = await service.functions.changePublished(
      'LAMBDA:UPDATE_ALIAS',
      scope,
      name,
      async (db, record) => {
        if (!record) throw notFound(named)
        const before = await findAlias(db, scope, name, input.Name ?? '')
        if (!before) throw aliasNotFound(record, input.Name ?? '')
        checkRevision(before, input.RevisionId)
        const alias = {
          ...before,
          description: input.Description ?? before.description,
          functionVersion: input.FunctionVersion ?? before.functionVersion,
          weights:
            input.RoutingConfig === undefined ? before.weights : weightsOf(input.RoutingConfig),
          revisionId: newUuid(),
        }
        await checkRouting(db, record, alias)
        await putAlias(db, alias)
        return alias
      },
    )
    await applyProvisioned(service, scope, name)
    return aliasConfiguration(updated)
  }
}
