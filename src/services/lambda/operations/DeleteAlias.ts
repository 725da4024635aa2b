import type { DeleteAliasRequest } from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { deleteAlias, findAlias } from '../aliases/tables.ts'
import { applyProvisioned } from '../concurrency/provisioned.ts'
import type { LambdaService } from '../lambda-service.ts'
import { accessibleFunction } from '../permissions/access.ts'
import { deleteSettings } from '../settings/tables.ts'

/** 204, also when there is no such alias, or no such function: its errors know none (API reference). What was set of it goes with it. */
export function DeleteAlias(service: LambdaService): Operation<DeleteAliasRequest, object> {
  return async (input, context) => {
    const named = await accessibleFunction(
      service,
      input.FunctionName ?? '',
      context,
      'DeleteAlias',
    )
    const { scope, name } = named
    await service.functions.changePublished(
      'LAMBDA:DELETE_ALIAS',
      scope,
      name,
      async (db, record) => {
        if (!record) return
        const alias = await findAlias(db, scope, name, input.Name ?? '')
        if (!alias) return
        await deleteAlias(db, alias)
        await deleteSettings(db, scope, name, alias.name)
      },
    )
    service.urls.forget(scope, name, input.Name)
    await applyProvisioned(service, scope, name)
    return {}
  }
}
