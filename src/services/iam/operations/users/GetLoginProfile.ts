import type { GetLoginProfileRequest, GetLoginProfileResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { callerOf } from '../../callers.ts'
import { noSuchLoginProfile } from '../../errors.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { requireEntity } from '../../lookups.ts'
import type { IamTables } from '../../tables.ts'

/** Nobody has a password here, and AWS says so in these words (observed). */
export function GetLoginProfile(
  deps: IamDeps,
): Operation<GetLoginProfileRequest, GetLoginProfileResponse> {
  return async (input, context) => {
    const who = callerOf(context, input.UserName)
    if (who.root) throw noSuchLoginProfile(context.account)
    const db = deps.store.reader<IamTables>()
    const { name } = await requireEntity(db, 'user', context.account, who.name)
    throw noSuchLoginProfile(name)
  }
}
