import type { DeleteFunctionRequest, DeleteFunctionResponse } from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { type FunctionName, isVersion, notFound } from '../names.ts'
import { accessibleName } from '../permissions/access.ts'
import { conflict, invalid } from '../rules.ts'
import { pointsTo } from '../aliases/alias.ts'
import { listAliases } from '../aliases/tables.ts'
import { deleteSettings } from '../settings/tables.ts'
import { packagesOf } from '../state.ts'
import { deleteVersion, findVersion } from '../versions/tables.ts'

/** 204: the whole function, or one of its versions. Environments end; an invocation that runs may finish. */
export function DeleteFunction(
  service: LambdaService,
): Operation<DeleteFunctionRequest, DeleteFunctionResponse> {
  return async (input, context) => {
    const { FunctionName, Qualifier } = input
    const named = await accessibleName(
      service,
      FunctionName ?? '',
      Qualifier,
      context,
      'DeleteFunction',
    )
    if (named.qualifier === '$LATEST') {
      throw invalid('$LATEST version cannot be deleted without deleting the function.')
    }
    if (named.qualifier === undefined) await deleteWhole(service, named)
    else await deleteOne(service, named, named.qualifier)
    return { StatusCode: 204 }
  }
}

async function deleteWhole(service: LambdaService, named: FunctionName): Promise<void> {
  const deleted = await service.functions.delete(named.scope, named.name)
  if (!deleted) throw notFound(named)
  const { record, versions } = deleted
  service.invoker.retire(record.arn, '$LATEST', undefined, 'deleted')
  service.invoker.reserve(named.scope, record.arn, undefined)
  service.urls.forget(named.scope, named.name)
  await service.mappings.onFunctionDeleted(named.scope, named.name)
  const configs = [record.config, ...(record.serving ? [record.serving.config] : [])]
  for (const version of versions) {
    service.invoker.retire(record.arn, version.version, undefined, 'deleted')
    configs.push(version.config)
  }
  await service.code.deleteUnused(configs.flatMap(packagesOf))
}

/** @throws ServiceError `ResourceConflictException` while an alias leads to it */
async function deleteOne(
  service: LambdaService,
  named: FunctionName,
  qualifier: string,
): Promise<void> {
  const { scope, name } = named
  if (!isVersion(qualifier)) {
    throw invalid('Deletion of aliases is not currently supported.')
  }
  const deleted = await service.functions.changePublished(
    'LAMBDA:DELETE_VERSION',
    scope,
    name,
    async (db, record) => {
      const version = record && (await findVersion(db, scope, name, qualifier))
      if (!version) throw notFound(named)
      const aliases = await listAliases(db, scope, name)
      const leading = aliases
        .filter((alias) => pointsTo(alias, qualifier))
        .map((alias) => alias.name)
      if (leading.length > 0) {
        throw conflict(
          `Version ${qualifier} is referenced by one or more aliases: ${leading.join(', ')}. Remove the aliases or point them to another version first.`,
        )
      }
      await deleteVersion(db, version)
      await deleteSettings(db, scope, name, qualifier)
      return version
    },
  )
  service.functions.forgetVersion(scope, name, qualifier)
  service.invoker.retire(deleted.arn, qualifier, undefined, 'deleted')
  await service.code.deleteUnused(packagesOf(deleted.config))
}
