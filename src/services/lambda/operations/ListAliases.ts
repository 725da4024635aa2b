import type { ListAliasesRequest, ListAliasesResponse } from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { aliasConfiguration, pointsTo } from '../aliases/alias.ts'
import { listAliases } from '../aliases/tables.ts'
import type { LambdaService } from '../lambda-service.ts'
import { aliasesPerPageMax } from '../limits.ts'
import { notFound } from '../names.ts'
import { accessibleFunction } from '../permissions/access.ts'
import { pageOf, readMarker } from '../paging.ts'
import type { LambdaTables } from '../tables.ts'

/** By name; with FunctionVersion those that lead to it. */
export function ListAliases(
  service: LambdaService,
): Operation<ListAliasesRequest, ListAliasesResponse> {
  return async (input, context) => {
    const { FunctionName = '', FunctionVersion, Marker, MaxItems } = input
    const named = await accessibleFunction(service, FunctionName, context, 'ListAliases')
    const { scope, name } = named
    if (!(await service.functions.find(scope, name))) throw notFound(named)
    const limit = Math.min(MaxItems ?? aliasesPerPageMax, aliasesPerPageMax)
    const db = service.store.reader<LambdaTables>()
    const after = readMarker(Marker)
    // Few functions have more aliases than fit a page: those for one version are picked from all.
    const all =
      FunctionVersion === undefined
        ? await listAliases(db, scope, name, after, limit + 1)
        : await listAliases(db, scope, name, after)
    const wanted = all.filter(
      (alias) => FunctionVersion === undefined || pointsTo(alias, FunctionVersion),
    )
    const { page, next } = pageOf(wanted, limit, (alias) => alias.name)
    return { Aliases: page.map(aliasConfiguration), ...next }
  }
}
