import type { AliasConfiguration, GetAliasRequest } from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { aliasConfiguration } from '../aliases/alias.ts'
import { aliasNotFound } from '../aliases/rules.ts'
import type { LambdaService } from '../lambda-service.ts'
import { notFound } from '../names.ts'
import { accessibleFunction } from '../permissions/access.ts'

export function GetAlias(service: LambdaService): Operation<GetAliasRequest, AliasConfiguration> {
  return async (input, context) => {
    const named = await accessibleFunction(service, input.FunctionName ?? '', context, 'GetAlias')
    const known = await service.functions.find(named.scope, named.name)
    if (!known) throw notFound(named)
    const alias = await service.functions.findAlias(known, input.Name ?? '')
    if (!alias) throw aliasNotFound(known.record, input.Name ?? '')
    return aliasConfiguration(alias)
  }
}
