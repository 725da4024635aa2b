import type { GetInstanceProfileRequest, GetInstanceProfileResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { listMembers } from '../../link-tables.ts'
import { byName } from '../../lookups.ts'
import { wholeProfile } from '../../shapes.ts'
import type { IamTables } from '../../tables.ts'

export function GetInstanceProfile(
  deps: IamDeps,
): Operation<GetInstanceProfileRequest, GetInstanceProfileResponse> {
  return async (input, context) => {
    const db = deps.store.reader<IamTables>()
    const profile = await byName('instance-profile', context, input.InstanceProfileName)(db)
    return {
      InstanceProfile: wholeProfile(
        profile,
        await listMembers(db, 'instance-profile', profile, '', 1),
      ),
    }
  }
}
