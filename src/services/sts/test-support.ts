/** An STS on a store of its own, with roles made of objects, for the tests beside the operations. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Credentials, SecretBox, accessMigrations } from '../../access/index.ts'
import type { AccountId } from '../../kernel/brand.ts'
import { type Clock, systemClock } from '../../kernel/clock.ts'
import { ServiceError } from '../../kernel/errors.ts'
import { newRequestId } from '../../kernel/ids.ts'
import { Lifecycle } from '../../kernel/lifecycle.ts'
import { silentLog } from '../../kernel/log.ts'
import type { CallContext, Principal } from '../../kernel/operation.ts'
import type { RoleDescription } from '../../kernel/ports.ts'
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts'
import type { StsDeps } from './sts-deps.ts'

export const account = '111122223333' as AccountId

class FakeClock implements Clock {
  /** 2026-11-21T12:00:00Z */
  now = 1_795_262_400_000
  nowMs(): number {
    return this.now
  }
  monotonicMs(): number {
    return this.now
  }
  after(): never {
    throw new Error('STS waits for nothing')
  }
}

export interface TestSts extends AsyncDisposable, StsDeps {
  readonly clock: FakeClock
  /** Makes a role whose trust policy has these statements. @returns its ARN. */
  trust(name: string, statements: unknown, more?: Partial<RoleDescription>): string
}

export async function openSts(): Promise<TestSts> {
  const lifecycle = new Lifecycle()
  const directory = await mkdtemp(path.join(os.tmpdir(), 'lambdad-sts-'))
  lifecycle.onEnd(() => rm(directory, { recursive: true }))
  const file = path.join(directory, 'lambdad.db')
  const store = lifecycle.own(
    await openSqliteStore({
      file,
      migrations: accessMigrations,
      clock: systemClock,
      log: silentLog,
    }),
  )
  const clock = new FakeClock()
  const known = new Map<string, RoleDescription>()
  return {
    clock,
    credentials: new Credentials(store, new SecretBox(Buffer.alloc(32, 1)), clock),
    roles: {
      find: async (arn) => known.get(arn),
      access: () => assert.fail('STS asks about callers, not services'),
    },
    trust(name, statements, more = {}) {
      const arn = `arn:aws:iam::${account}:role/teams/${name}`
      const trustPolicy = JSON.stringify({ Version: '2012-10-17', Statement: statements })
      const role = { account, arn, name, id: `AROA${name.toUpperCase()}`, trustPolicy }
      known.set(arn, { maxSessionSeconds: 3600, ...role, ...more })
      return arn
    },
    [Symbol.asyncDispose]: () => lifecycle[Symbol.asyncDispose](),
  }
}

/** A caller as their credential says. */
export function callerOf(more: Partial<Principal> = {}): CallContext {
  const principal = {
    account,
    arn: `arn:aws:iam::${account}:root`,
    userId: account,
    accessKeyId: 'AKIAAAAAAAAAAAAAAAAA',
    ...more,
  }
  return {
    account: principal.account,
    region: 'eu-west-1' as CallContext['region'],
    principal,
    requestId: newRequestId(),
    endpoint: 'http://127.0.0.1:4566',
    headers: {},
  }
}

export const ann = callerOf({ arn: `arn:aws:iam::${account}:user/x/ann`, userId: 'AIDAANN' })

/** The call must be refused with exactly this. */
export async function refused(
  call: () => unknown,
  code: string,
  message: string,
  status = 400,
): Promise<void> {
  await assert.rejects(
    async () => {
      await call()
    },
    (error: unknown) => {
      assert.ok(error instanceof ServiceError, String(error))
      assert.deepEqual([error.code, error.message, error.status], [code, message, status])
      return true
    },
  )
}
