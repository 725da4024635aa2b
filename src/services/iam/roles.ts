/**
 * The roles as the rest of lambdad asks about them: the port `Roles`. It reads; what changes roles are the
 * operations. Called by: services/sts, access (the keys of functions) and services/lambda, through the port.
 */
import { type ContextKeys, isTrusted } from '../../access/index.ts'
import { parseArn } from '../../kernel/arn.ts'
import type { AccountId } from '../../kernel/brand.ts'
import type { RoleDescription, Roles } from '../../kernel/ports.ts'
import type { Store } from '../../store/store.ts'
import { findEntity } from './entity-tables.ts'
import type { IamTables } from './tables.ts'

export class StoredRoles implements Roles {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  async find(roleArn: string): Promise<RoleDescription | undefined> {
    const arn = parseArn(roleArn)
    const name = arn?.service === 'iam' && /^role\/(?:.*\/)?([^/]+)$/.exec(arn.resource)?.[1]
    if (!arn || !name) return undefined
    const db = this.#store.reader<IamTables>()
    const role = await findEntity(db, 'role', arn.account as AccountId, name)
    // Found whatever the case; ARNs are compared exactly, paths and all.
    return role?.arn === roleArn ? role : undefined
  }

  async access(
    roleArn: string,
    service: string,
    context: Readonly<Record<string, string>> = {},
  ): Promise<'absent' | 'not assumable' | 'assumable'> {
    const role = await this.find(roleArn)
    if (role === undefined) return 'absent'
    const keys: ContextKeys = new Map(
      Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]),
    )
    const trusted = isTrusted(role.trustPolicy, { service }, 'sts:AssumeRole', keys)
    return trusted ? 'assumable' : 'not assumable'
  }
}
