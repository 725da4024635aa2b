import type { CreateRoleRequest, CreateRoleResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../kernel/operation.ts'
import { noSuchBoundary, quotaExceeded, roleExists } from '../errors.ts'
import type { IamDeps } from '../iam-deps.ts'
import { defaultSessionSeconds, rolesPerAccountMax } from '../limits.ts'
import { isAttachable } from '../lookups.ts'
import { newRoleId, required, roleArn } from '../names.ts'
import { checkTagCount, checkTags, checkTrustDocument } from '../rules.ts'
import { createdRole } from '../shapes.ts'
import type { RoleRecord } from '../state.ts'
import { type IamTables, countRoles, findRole, insertRole } from '../tables.ts'

/** Names of roles differ by more than case. */
export function CreateRole(deps: IamDeps): Operation<CreateRoleRequest, CreateRoleResponse> {
  return async (input, context) => {
    const name = required(input.RoleName, 'roleName')
    const path = input.Path ?? '/'
    const trustPolicy = required(input.AssumeRolePolicyDocument, 'assumeRolePolicyDocument')
    checkTrustDocument(trustPolicy)
    const role: RoleRecord = {
      account: context.account,
      name,
      path,
      arn: roleArn(context, path, name),
      id: newRoleId(),
      createdMs: deps.clock.nowMs(),
      trustPolicy,
      description: input.Description,
      maxSessionSeconds: input.MaxSessionDuration ?? defaultSessionSeconds,
      boundary: input.PermissionsBoundary,
      tags: checkTagCount(checkTags(input.Tags), 'TagsPerRole'),
    }
    await deps.store.transaction<IamTables, void>('IAM:CREATE_ROLE', async (db) => {
      if (await findRole(db, role.account, name)) throw roleExists(name)
      if (role.boundary !== undefined && !(await isAttachable(db, context, role.boundary))) {
        throw noSuchBoundary(role.boundary)
      }
      if ((await countRoles(db, role.account)) >= rolesPerAccountMax) {
        throw quotaExceeded('RolesPerAccount', rolesPerAccountMax)
      }
      await insertRole(db, role)
    })
    return { Role: createdRole(role) }
  }
}
