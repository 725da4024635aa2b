import type { CreateRoleRequest, CreateRoleResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { checkBoundary } from '../../boundaries.ts'
import { countEntities, findEntity, insertEntity } from '../../entity-tables.ts'
import { alreadyExists, quotaExceeded } from '../../errors.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { defaultSessionSeconds, rolesPerAccountMax } from '../../limits.ts'
import { arnOf, newId, required } from '../../names.ts'
import { checkTrustDocument } from '../../rules.ts'
import { createdRole } from '../../shapes.ts'
import type { RoleRecord } from '../../state.ts'
import type { IamTables } from '../../tables.ts'
import { newTags } from '../../tagging.ts'

/** Names of roles differ by more than case. */
export function CreateRole(deps: IamDeps): Operation<CreateRoleRequest, CreateRoleResponse> {
  return async (input, context) => {
    const name = required(input.RoleName, 'roleName')
    const path = input.Path ?? '/'
    const trustPolicy = required(input.AssumeRolePolicyDocument, 'assumeRolePolicyDocument')
    checkTrustDocument(trustPolicy)
    const role: RoleRecord = {
      kind: 'role',
      account: context.account,
      name,
      path,
      arn: arnOf(context, 'role', path, name),
      id: newId('role'),
      createdMs: deps.clock.nowMs(),
      trustPolicy,
      description: input.Description,
      maxSessionSeconds: input.MaxSessionDuration ?? defaultSessionSeconds,
      boundary: input.PermissionsBoundary,
      tags: newTags('role', input.Tags),
    }
    await deps.store.transaction<IamTables, void>('IAM:CREATE_ROLE', async (db) => {
      if (await findEntity(db, 'role', role.account, name)) throw alreadyExists('role', name)
      await checkBoundary(db, context, role.boundary)
      if ((await countEntities(db, 'role', role.account)) >= rolesPerAccountMax) {
        throw quotaExceeded('RolesPerAccount', rolesPerAccountMax)
      }
      await insertEntity(db, role)
    })
    return { Role: createdRole(role) }
  }
}
