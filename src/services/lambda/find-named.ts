import type { CallContext } from '../../kernel/operation.ts'
import type { KnownFunction } from './functions.ts'
import type { LambdaService } from './lambda-service.ts'
import { type FunctionName, notFound, parseFunctionName } from './names.ts'

/**
 * The function that a request names, by any form of name and qualifier.
 * @throws ServiceError `ResourceNotFoundException` when there is none.
 */
export async function findNamed(
  service: LambdaService,
  functionName: string | undefined,
  qualifier: string | undefined,
  context: CallContext,
  operation: string,
): Promise<KnownFunction & { readonly named: FunctionName }> {
  const named = parseFunctionName(functionName ?? '', qualifier, context, operation)
  // Nothing has been published yet: `$LATEST` is the only version there can be.
  if (named.qualifier !== undefined && named.qualifier !== '$LATEST') throw notFound(named)
  const found = await service.functions.find(named.scope, named.name)
  if (!found) throw notFound(named)
  return { ...found, named }
}
