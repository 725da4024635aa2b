import type {
  CreateInstanceProfileRequest,
  CreateInstanceProfileResponse,
} from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { countEntities, findEntity, insertEntity } from '../../entity-tables.ts'
import { alreadyExists, quotaExceeded } from '../../errors.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { instanceProfilesPerAccountMax } from '../../limits.ts'
import { arnOf, newId, required } from '../../names.ts'
import { wholeProfile } from '../../shapes.ts'
import type { InstanceProfileRecord } from '../../state.ts'
import type { IamTables } from '../../tables.ts'
import { newTags } from '../../tagging.ts'

export function CreateInstanceProfile(
  deps: IamDeps,
): Operation<CreateInstanceProfileRequest, CreateInstanceProfileResponse> {
  return async (input, context) => {
    const name = required(input.InstanceProfileName, 'instanceProfileName')
    const path = input.Path ?? '/'
    const kind = 'instance-profile'
    const profile: InstanceProfileRecord = {
      kind,
      account: context.account,
      name,
      path,
      arn: arnOf(context, kind, path, name),
      id: newId(kind),
      createdMs: deps.clock.nowMs(),
      tags: newTags(kind, input.Tags),
    }
    await deps.store.transaction<IamTables, void>('IAM:CREATE_INSTANCE_PROFILE', async (db) => {
      if (await findEntity(db, kind, profile.account, name)) throw alreadyExists(kind, name)
      if ((await countEntities(db, kind, profile.account)) >= instanceProfilesPerAccountMax) {
        throw quotaExceeded('InstanceProfilesPerAccount', instanceProfilesPerAccountMax)
      }
      await insertEntity(db, profile)
    })
    return { InstanceProfile: wholeProfile(profile, []) }
  }
}
