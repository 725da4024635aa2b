import type { GetUserRequest, GetUserResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { requireEntity } from '../../lookups.ts'
import { rootOf } from '../../../../access/index.ts'
import { callerOf } from '../../callers.ts'
import { timestamp, wholeUser } from '../../shapes.ts'
import type { IamTables } from '../../tables.ts'

/** Without a name, whoever asks: the root user has neither name nor path of their own (observed). */
export function GetUser(deps: IamDeps): Operation<GetUserRequest, GetUserResponse> {
  return async (input, context) => {
    const who = callerOf(context, input.UserName)
    if (who.root) {
      const { principalArn, userId } = rootOf(context.account, context.region)
      // Accounts here have no day on which they were made, and the model wants one.
      const root = { Path: '/', UserId: userId, Arn: principalArn, CreateDate: timestamp(0) }
      return { User: { ...root, UserName: undefined } }
    }
    const db = deps.store.reader<IamTables>()
    return { User: wholeUser(await requireEntity(db, 'user', context.account, who.name)) }
  }
}
