import type { DeleteAccessKeyRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { callerOf, changeAccessKey } from '../../callers.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { required } from '../../names.ts'

export function DeleteAccessKey(deps: IamDeps): Operation<DeleteAccessKeyRequest, Nothing> {
  return async (input, context) => {
    const id = required(input.AccessKeyId, 'accessKeyId')
    const who = callerOf(context, input.UserName)
    await changeAccessKey(deps, 'IAM:DELETE_ACCESS_KEY', context, who, id, (keys) =>
      keys.delete(id),
    )
    return {}
  }
}
