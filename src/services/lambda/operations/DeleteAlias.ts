import type { DeleteAliasRequest } from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { deleteAlias, findAlias } from '../aliases/tables.ts'
import type { LambdaService } from '../lambda-service.ts'
import { notFound, parseUnqualifiedName } from '../names.ts'
import { deleteSettings } from '../settings/tables.ts'

/** 204, also when there is no such alias. What was set of it goes with it. */
export function DeleteAlias(service: LambdaService): Operation<DeleteAliasRequest, object> {
  return async (input, context) => {
    const named = parseUnqualifiedName(input.FunctionName ?? '', context, 'DeleteAlias')
    const { scope, name } = named
    await service.functions.changePublished(
      'LAMBDA:DELETE_ALIAS',
      scope,
      name,
      async (db, record) => {
        if (!record) throw notFound(named)
        const alias = await findAlias(db, scope, name, input.Name ?? '')
        if (!alias) return
        await deleteAlias(db, alias)
        await deleteSettings(db, scope, name, alias.name)
      },
    )
    return {}
  }
}
