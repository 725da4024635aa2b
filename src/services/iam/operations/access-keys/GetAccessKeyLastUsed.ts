import type { GetAccessKeyLastUsedRequest, GetAccessKeyLastUsedResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { noSuchAccessKey } from '../../errors.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { parseArn } from '../../../../kernel/arn.ts'
import { required } from '../../names.ts'
import { timestamp } from '../../shapes.ts'

/** Exact to a minute; a key that was never used has N/A (API reference). */
export function GetAccessKeyLastUsed(
  deps: IamDeps,
): Operation<GetAccessKeyLastUsedRequest, GetAccessKeyLastUsedResponse> {
  return async (input, context) => {
    const id = required(input.AccessKeyId, 'accessKeyId')
    const key = await deps.credentials.describe(id)
    if (key === undefined || key.temporary || key.account !== context.account) {
      throw noSuchAccessKey(id)
    }
    const userName = parseArn(key.principalArn)?.resource.split('/').at(-1)
    const { lastUse } = key
    return {
      UserName: key.userId === key.account ? undefined : userName,
      AccessKeyLastUsed: {
        ...(lastUse ? { LastUsedDate: timestamp(lastUse.atMs) } : {}),
        ServiceName: lastUse?.service ?? 'N/A',
        Region: lastUse?.region ?? 'N/A',
      },
    }
  }
}
