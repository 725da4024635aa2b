import type { CreateAccessKeyRequest, CreateAccessKeyResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { type KeyOwner, rootOf } from '../../../../access/index.ts'
import { callerOf } from '../../callers.ts'
import { quotaExceeded } from '../../errors.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { accessKeysPerUserMax } from '../../limits.ts'
import { requireEntity } from '../../lookups.ts'
import { timestamp } from '../../shapes.ts'
import type { IamTables } from '../../tables.ts'

/** The secret is told this once. Without a name, the caller's own. */
export function CreateAccessKey(
  deps: IamDeps,
): Operation<CreateAccessKeyRequest, CreateAccessKeyResponse> {
  return async (input, context) => {
    const who = callerOf(context, input.UserName)
    const label = 'IAM:CREATE_ACCESS_KEY'
    return deps.credentials.change<IamTables, CreateAccessKeyResponse>(label, async (db, keys) => {
      const user = who.root ? undefined : await requireEntity(db, 'user', context.account, who.name)
      const owner: KeyOwner = user
        ? { account: user.account, principalArn: user.arn, userId: user.id }
        : rootOf(context.account, context.region)
      if ((await keys.list(owner.userId)).length >= accessKeysPerUserMax) {
        throw quotaExceeded('AccessKeysPerUser', accessKeysPerUserMax)
      }
      const { accessKeyId, secretAccessKey, createdMs } = await keys.create(owner)
      return {
        AccessKey: {
          UserName: user?.name,
          AccessKeyId: accessKeyId,
          Status: 'Active',
          SecretAccessKey: secretAccessKey,
          CreateDate: timestamp(createdMs),
        },
      }
    })
  }
}
