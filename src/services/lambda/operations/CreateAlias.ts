import type { AliasConfiguration, CreateAliasRequest } from '@aws-sdk/client-lambda'
import { newUuid } from '../../../kernel/ids.ts'
import type { Operation } from '../../../kernel/operation.ts'
import { type AliasRecord, aliasConfiguration } from '../aliases/alias.ts'
import { checkRouting, weightsOf } from '../aliases/rules.ts'
import { findAlias, putAlias } from '../aliases/tables.ts'
import type { LambdaService } from '../lambda-service.ts'
import { arnOf, notFound } from '../names.ts'
import { accessibleFunction } from '../permissions/access.ts'
import { conflict } from '../rules.ts'

/** 201. */
export function CreateAlias(
  service: LambdaService,
): Operation<CreateAliasRequest, AliasConfiguration> {
  return async (input, context) => {
    const named = await accessibleFunction(
      service,
      input.FunctionName ?? '',
      context,
      'CreateAlias',
    )
    const { scope, name } = named
    const created = await service.functions.changePublished(
      'LAMBDA:CREATE_ALIAS',
      scope,
      name,
      async (db, record) => {
        if (!record) throw notFound(named)
        const alias: AliasRecord = {
          account: scope.account,
          region: scope.region,
          functionName: name,
          functionArn: record.arn,
          name: input.Name ?? '',
          description: input.Description ?? '',
          functionVersion: input.FunctionVersion ?? '',
          weights: weightsOf(input.RoutingConfig),
          revisionId: newUuid(),
        }
        await checkRouting(db, record, alias)
        if (await findAlias(db, scope, name, alias.name)) {
          throw conflict(`Alias already exists: ${arnOf({ ...named, qualifier: alias.name })}`)
        }
        await putAlias(db, alias)
        return alias
      },
    )
    return aliasConfiguration(created)
  }
}
