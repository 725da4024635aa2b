import type { DeleteFunctionConcurrencyRequest } from '@aws-sdk/client-lambda'
import type { FunctionArn } from '../../../kernel/brand.ts'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { parseUnqualifiedName } from '../names.ts'
import { changeSetting } from '../settings/change-setting.ts'

/** 204, also when none was reserved. */
export function DeleteFunctionConcurrency(
  service: LambdaService,
): Operation<DeleteFunctionConcurrencyRequest, object> {
  return async (input, context) => {
    const named = parseUnqualifiedName(
      input.FunctionName ?? '',
      context,
      'DeleteFunctionConcurrency',
    )
    let arn: FunctionArn | undefined
    await changeSetting(
      service,
      'LAMBDA:DELETE_CONCURRENCY',
      'concurrency',
      named,
      '',
      (_before, record) => {
        arn = record.arn
        return undefined
      },
    )
    if (arn !== undefined) service.invoker.reserve(named.scope, arn, undefined)
    return {}
  }
}
