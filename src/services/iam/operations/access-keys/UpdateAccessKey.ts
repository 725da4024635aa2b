import type { UpdateAccessKeyRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { callerOf, changeAccessKey } from '../../callers.ts'
import { invalidInput } from '../../errors.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { required } from '../../names.ts'

/** A key that is switched off opens nothing with `--auth on`, until it is switched on again. */
export function UpdateAccessKey(deps: IamDeps): Operation<UpdateAccessKeyRequest, Nothing> {
  return async (input, context) => {
    const id = required(input.AccessKeyId, 'accessKeyId')
    const status = required(input.Status, 'status')
    // Keys expire on AWS when a policy of the organization says so.
    if (status === 'Expired') throw invalidInput('Status must be Active or Inactive.')
    const who = callerOf(context, input.UserName)
    await changeAccessKey(deps, 'IAM:UPDATE_ACCESS_KEY', context, who, id, (keys) =>
      keys.setActive(id, status === 'Active'),
    )
    return {}
  }
}
