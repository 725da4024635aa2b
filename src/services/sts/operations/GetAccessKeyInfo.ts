import type { GetAccessKeyInfoRequest, GetAccessKeyInfoResponse } from '@aws-sdk/client-sts'
import type { Operation } from '../../../kernel/operation.ts'
import { validationError } from '../errors.ts'
import type { StsDeps } from '../sts-deps.ts'

/** Whose account a key is of, whoever asks (API reference). For keys that are not here the words are ours. */
export function GetAccessKeyInfo(
  deps: StsDeps,
): Operation<GetAccessKeyInfoRequest, GetAccessKeyInfoResponse> {
  return async (input) => {
    const key = await deps.credentials.find(input.AccessKeyId ?? '')
    if (key === undefined) throw validationError(`There is no access key ${input.AccessKeyId}.`)
    return { Account: key.principal.account }
  }
}
