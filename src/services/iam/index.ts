/**
 * The front door of IAM: its tables' migrations, which every start needs; the service and the port to its roles,
 * which are loaded when someone first asks for them.
 */
import { type LateService, lateService } from '../../kernel/operation.ts'
import type { Roles } from '../../kernel/ports.ts'
import type { Store } from '../../store/store.ts'
import type { IamDeps } from './iam-deps.ts'

export { migrations } from './tables.ts'

export function lateIamService(deps: IamDeps): LateService {
  return lateService('iam', async () => (await import('./service.ts')).createIamService(deps))
}

/** The roles in the store, for whoever acts with them. */
export function lateRoles(store: Store): Roles {
  let loading: Promise<Roles> | undefined
  const roles = () =>
    (loading ??= import('./roles.ts').then(({ StoredRoles }) => new StoredRoles(store)))
  return {
    find: async (roleArn) => (await roles()).find(roleArn),
    access: async (...asked) => (await roles()).access(...asked),
  }
}
