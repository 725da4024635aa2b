/** Roles that were stored before there were users must still be there. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { Credentials, SecretBox, accessMigrations } from '../../access/index.ts'
import { systemClock } from '../../kernel/clock.ts'
import { silentLog } from '../../kernel/log.ts'
import type { Migration } from '../../store/store.ts'
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts'
import { migrations } from './index.ts'
import { GetRole } from './operations/roles/GetRole.ts'
import { GetRolePolicy } from './operations/roles/GetRolePolicy.ts'
import { ListAttachedRolePolicies } from './operations/roles/ListAttachedRolePolicies.ts'
import { ListEntitiesForPolicy } from './operations/policies/ListEntitiesForPolicy.ts'
import { newCaller, trustPolicy } from './test-support.ts'

interface FirstTables {
  iam_roles: Record<'account' | 'name_key' | 'path' | 'boundary_arn' | 'record', string>
  iam_role_policies: {
    account: string
    role_key: string
    name: string
    characters: number
    document: string
  }
  iam_role_attachments: { account: string; role_key: string; policy_arn: string; position: number }
}

const caller = newCaller()
const { account } = caller
const arn = `arn:aws:iam::${account}:role/old/Worker`
const boundary = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
const record = {
  account,
  name: 'Worker',
  path: '/old/',
  arn,
  id: 'AROAOLD',
  createdMs: 0,
  trustPolicy,
  maxSessionSeconds: 7200,
  boundary,
  tags: [{ Key: 'a', Value: 'b' }],
}

test('a role, its inline policies and its attachments move with it', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'lambdad-iam-'))
  const open = (some: readonly Migration[]) =>
    openSqliteStore({
      file: path.join(directory, 'lambdad.db'),
      migrations: [...accessMigrations, ...some],
      clock: systemClock,
      log: silentLog,
    })
  try {
    {
      await using store = await open(migrations.slice(0, 1))
      await store.transaction<FirstTables, void>('TEST:FILL', async (db) => {
        const role = { account, name_key: 'worker', path: '/old/', boundary_arn: boundary }
        await db
          .insertInto('iam_roles')
          .values({ ...role, record: JSON.stringify(record) })
          .execute()
        const key = { account, role_key: 'worker' }
        await db
          .insertInto('iam_role_policies')
          .values({ ...key, name: 'p', characters: 2, document: '{}' })
          .execute()
        for (const [index, name] of ['B', 'A'].entries()) {
          await db
            .insertInto('iam_role_attachments')
            .values({ ...key, policy_arn: `arn:aws:iam::aws:policy/${name}`, position: index + 1 })
            .execute()
        }
      })
    }
    await using store = await open(migrations)
    const clock = systemClock
    const credentials = new Credentials(store, new SecretBox(Buffer.alloc(32)), clock)
    const iam = { store, clock, credentials }
    const RoleName = 'worker'
    const { Role: role } = await GetRole(iam)({ RoleName }, caller)
    assert.deepEqual([role?.Arn, role?.RoleId, role?.Tags], [arn, 'AROAOLD', record.tags])
    const inline = await GetRolePolicy(iam)({ RoleName, PolicyName: 'p' }, caller)
    assert.equal(inline.PolicyDocument, '%7B%7D')
    const { AttachedPolicies: attached } = await ListAttachedRolePolicies(iam)({ RoleName }, caller)
    assert.deepEqual(
      attached?.map((policy) => policy.PolicyName),
      ['B', 'A'],
    )
    const bounded = await ListEntitiesForPolicy(iam)({ PolicyArn: boundary }, caller)
    assert.equal(bounded.PolicyRoles?.[0]?.RoleName, 'Worker')
  } finally {
    await rm(directory, { recursive: true })
  }
})
