import type { Concurrency, PutFunctionConcurrencyRequest } from '@aws-sdk/client-lambda'
import type { FunctionArn } from '../../../kernel/brand.ts'
import type { Operation } from '../../../kernel/operation.ts'
import { checkReserved, unreserved } from '../concurrency/concurrency.ts'
import { totalProvisioned } from '../concurrency/provisioned-rules.ts'
import type { LambdaService } from '../lambda-service.ts'
import { parseUnqualifiedName } from '../names.ts'
import { invalid } from '../rules.ts'
import { changeSetting } from '../settings/change-setting.ts'

/** Keeps as many executions for the function, and gives it no more; 0 stops it. */
export function PutFunctionConcurrency(
  service: LambdaService,
): Operation<PutFunctionConcurrencyRequest, Concurrency> {
  return async (input, context) => {
    const named = parseUnqualifiedName(input.FunctionName ?? '', context, 'PutFunctionConcurrency')
    const reserved = input.ReservedConcurrentExecutions ?? 0
    let arn: FunctionArn | undefined
    await changeSetting(
      service,
      'LAMBDA:PUT_CONCURRENCY',
      'concurrency',
      named,
      '',
      async (_before, record, db) => {
        const provisioned = await totalProvisioned(db, named)
        if (reserved < provisioned) {
          throw invalid(
            `ReservedConcurrentExecutions  ${reserved} should not be lower than function's total provisioned concurrency [${provisioned}].`,
          )
        }
        checkReserved(reserved, await unreserved(db, named.scope, named.name))
        arn = record.arn
        return { reserved }
      },
    )
    if (arn !== undefined) service.invoker.reserve(named.scope, arn, reserved)
    return { ReservedConcurrentExecutions: reserved }
  }
}
