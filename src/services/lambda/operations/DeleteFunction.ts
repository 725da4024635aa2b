import type { DeleteFunctionRequest, DeleteFunctionResponse } from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { notFound, parseFunctionName } from '../names.ts'
import { invalid } from '../rules.ts'

/** 204. Its environments end; an invocation that runs may finish. */
export function DeleteFunction(
  service: LambdaService,
): Operation<DeleteFunctionRequest, DeleteFunctionResponse> {
  return async (input, context) => {
    const { FunctionName, Qualifier } = input
    const named = parseFunctionName(FunctionName ?? '', Qualifier, context, 'DeleteFunction')
    if (named.qualifier === '$LATEST') {
      throw invalid('$LATEST version cannot be deleted without deleting the function.')
    }
    // Nothing has been published yet: there is no version a qualifier could name.
    if (named.qualifier !== undefined) throw notFound(named)
    const deleted = await service.functions.delete(named.scope, named.name)
    if (!deleted) throw notFound(named)
    service.invoker.retire(deleted.arn, '$LATEST', undefined, 'the function was deleted')
    await service.code.deleteIfUnused(deleted.config.code)
    if (deleted.serving) await service.code.deleteIfUnused(deleted.serving.config.code)
    return { StatusCode: 204 }
  }
}
