import type {
  GetFunctionConcurrencyRequest,
  GetFunctionConcurrencyResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { notFound, parseUnqualifiedName } from '../names.ts'
import { findSetting } from '../settings/tables.ts'
import type { LambdaTables } from '../tables.ts'

/** Empty for a function that has none reserved. */
export function GetFunctionConcurrency(
  service: LambdaService,
): Operation<GetFunctionConcurrencyRequest, GetFunctionConcurrencyResponse> {
  return async (input, context) => {
    const named = parseUnqualifiedName(input.FunctionName ?? '', context, 'GetFunctionConcurrency')
    const { scope, name } = named
    if (!(await service.functions.find(scope, name))) throw notFound(named)
    const owner = { ...scope, functionName: name, qualifier: '' }
    const found = await findSetting(service.store.reader<LambdaTables>(), 'concurrency', owner)
    return found ? { ReservedConcurrentExecutions: found.reserved } : {}
  }
}
