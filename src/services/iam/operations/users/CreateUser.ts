import type { CreateUserRequest, CreateUserResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { checkBoundary } from '../../boundaries.ts'
import { countEntities, findEntity, insertEntity } from '../../entity-tables.ts'
import { alreadyExists, quotaExceeded } from '../../errors.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { usersPerAccountMax } from '../../limits.ts'
import { arnOf, newId, required } from '../../names.ts'
import { wholeUser } from '../../shapes.ts'
import type { UserRecord } from '../../state.ts'
import type { IamTables } from '../../tables.ts'
import { newTags } from '../../tagging.ts'

/** Names of users differ by more than case, whatever their paths. */
export function CreateUser(deps: IamDeps): Operation<CreateUserRequest, CreateUserResponse> {
  return async (input, context) => {
    const name = required(input.UserName, 'userName')
    const path = input.Path ?? '/'
    const user: UserRecord = {
      kind: 'user',
      account: context.account,
      name,
      path,
      arn: arnOf(context, 'user', path, name),
      id: newId('user'),
      createdMs: deps.clock.nowMs(),
      boundary: input.PermissionsBoundary,
      tags: newTags('user', input.Tags),
    }
    await deps.store.transaction<IamTables, void>('IAM:CREATE_USER', async (db) => {
      if (await findEntity(db, 'user', user.account, name)) throw alreadyExists('user', name)
      await checkBoundary(db, context, user.boundary)
      if ((await countEntities(db, 'user', user.account)) >= usersPerAccountMax) {
        throw quotaExceeded('UsersPerAccount', usersPerAccountMax)
      }
      await insertEntity(db, user)
    })
    return { User: wholeUser(user) }
  }
}
