/** For tests of what several kinds of entities have in common: an operation by its name. */
import { type CallContext, type Operation, notYet } from '../../kernel/operation.ts'
import type { IamDeps } from './iam-deps.ts'
import { createIamService } from './service.ts'

/** Who calls says what comes out. */
export type Call = <Output = object>(
  operation: string,
  input: object,
  caller: CallContext,
) => Promise<Output>

export function callsOf(iam: IamDeps): Call {
  const { operations } = createIamService(iam)
  return async <Output>(name: string, input: object, caller: CallContext): Promise<Output> => {
    const operation = operations[name]
    if (operation === undefined || operation === notYet) throw new Error(`${name} is not served`)
    return await (operation as Operation<object, Output>)(input, caller)
  }
}
