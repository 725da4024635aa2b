import type {
  CreateServiceLinkedRoleRequest,
  CreateServiceLinkedRoleResponse,
} from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { findEntity, insertEntity } from '../../entity-tables.ts'
import { invalidInput } from '../../errors.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { accountArn, arnOf, newId, required } from '../../names.ts'
import { insertAttachment } from '../../permission-tables.ts'
import { findLinkedRole, linkedTrustPolicy } from '../../service-linked.ts'
import { createdRole } from '../../shapes.ts'
import type { RoleRecord } from '../../state.ts'
import type { IamTables } from '../../tables.ts'
import { defaultSessionSeconds } from '../../limits.ts'

/** With its service's policy attached. What it may do is its service's to change. */
export function CreateServiceLinkedRole(
  deps: IamDeps,
): Operation<CreateServiceLinkedRoleRequest, CreateServiceLinkedRoleResponse> {
  return async (input, context) => {
    const service = required(input.AWSServiceName, 'awsServiceName')
    const { CustomSuffix: suffix } = input
    const linked = findLinkedRole(service)
    if (linked === undefined) {
      // Ours: AWS knows more services.
      throw invalidInput(`lambdad does not know the service-linked role of ${service}.`)
    }
    // Observed.
    if (suffix !== undefined && linked.suffix === undefined) {
      throw invalidInput(`Custom suffix is not allowed for ${service}`)
    }
    const name = `AWSServiceRoleFor${linked.name}${suffix === undefined ? '' : `_${suffix}`}`
    const path = `/aws-service-role/${service}/`
    const role: RoleRecord = {
      kind: 'role',
      account: context.account,
      name,
      path,
      arn: arnOf(context, 'role', path, name),
      id: newId('role'),
      createdMs: deps.clock.nowMs(),
      trustPolicy: linkedTrustPolicy(service),
      description: input.Description,
      maxSessionSeconds: defaultSessionSeconds,
      boundary: undefined,
      tags: [],
      linkedService: service,
    }
    const partition = accountArn(context, '').split(':')[1]
    const arn = `arn:${partition}:iam::aws:policy/aws-service-role/${linked.policy}`
    await deps.store.transaction<IamTables, void>('IAM:CREATE_LINKED_ROLE', async (db) => {
      if (await findEntity(db, 'role', role.account, name)) {
        // Observed.
        throw invalidInput(
          `Service role name ${name} has been taken in this account, please try a different suffix.`,
        )
      }
      await insertEntity(db, role)
      await insertAttachment(db, role, { arn, position: 1 })
    })
    return { Role: createdRole(role) }
  }
}
