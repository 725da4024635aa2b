import type { PutRolePolicyRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../kernel/operation.ts'
import { limitExceeded } from '../errors.ts'
import type { IamDeps, Nothing } from '../iam-deps.ts'
import { inlinePoliciesCharactersMax } from '../limits.ts'
import { requireRole } from '../lookups.ts'
import { required } from '../names.ts'
import { checkIdentityPolicy, policyCharacters } from '../policy-document.ts'
import { type IamTables, countRolePolicyCharacters, putRolePolicy } from '../tables.ts'

/** Adds an inline policy, or takes the place of the one with this name. */
export function PutRolePolicy(deps: IamDeps): Operation<PutRolePolicyRequest, Nothing> {
  return async (input, context) => {
    const roleName = required(input.RoleName, 'roleName')
    const name = required(input.PolicyName, 'policyName')
    const document = required(input.PolicyDocument, 'policyDocument')
    const characters = policyCharacters(document)
    await deps.store.transaction<IamTables, void>('IAM:PUT_ROLE_POLICY', async (db) => {
      const role = await requireRole(db, context.account, roleName)
      checkIdentityPolicy(document, 'inline')
      const others = await countRolePolicyCharacters(db, role, name)
      if (others + characters > inlinePoliciesCharactersMax) {
        // Observed.
        throw limitExceeded(
          `Maximum policy size of ${inlinePoliciesCharactersMax} bytes exceeded for role ${role.name}`,
        )
      }
      await putRolePolicy(db, role, { name, characters, document })
    })
    return {}
  }
}
