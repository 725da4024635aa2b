import type { UpdateAccountPasswordPolicyRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { deleteEntity, findEntity, insertEntity } from '../../entity-tables.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import type { PasswordPolicyRecord } from '../../state.ts'
import type { IamTables } from '../../tables.ts'

/** What the request leaves out is the default again (API reference). There are no passwords to hold to it. */
export function UpdateAccountPasswordPolicy(
  deps: IamDeps,
): Operation<UpdateAccountPasswordPolicyRequest, Nothing> {
  return async (input, context) => {
    const { account } = context
    const policy: PasswordPolicyRecord = {
      kind: 'password-policy',
      account,
      name: account,
      path: '/',
      createdMs: deps.clock.nowMs(),
      settings: settingsOf(input),
    }
    await deps.store.transaction<IamTables, void>('IAM:UPDATE_PASSWORD_POLICY', async (db) => {
      const before = await findEntity(db, 'password-policy', account, account)
      if (before) await deleteEntity(db, before)
      await insertEntity(db, policy)
    })
    return {}
  }
}

/** Defaults: API reference. Ages that were never set are not shown. */
function settingsOf(input: UpdateAccountPasswordPolicyRequest): PasswordPolicyRecord['settings'] {
  const { MaxPasswordAge: age, PasswordReusePrevention: reuse, HardExpiry: hard } = input
  return {
    MinimumPasswordLength: input.MinimumPasswordLength ?? 6,
    RequireSymbols: input.RequireSymbols ?? false,
    RequireNumbers: input.RequireNumbers ?? false,
    RequireUppercaseCharacters: input.RequireUppercaseCharacters ?? false,
    RequireLowercaseCharacters: input.RequireLowercaseCharacters ?? false,
    AllowUsersToChangePassword: input.AllowUsersToChangePassword ?? false,
    ExpirePasswords: age !== undefined,
    ...(age === undefined ? {} : { MaxPasswordAge: age }),
    ...(reuse === undefined ? {} : { PasswordReusePrevention: reuse }),
    ...(hard === undefined ? {} : { HardExpiry: hard }),
  }
}
