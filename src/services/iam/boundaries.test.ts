/** Permissions boundaries of roles and users: put, shown and deleted in the same way. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { AttachedPermissionsBoundary } from '@aws-sdk/client-iam'
import type { CallContext } from '../../kernel/operation.ts'
import { callsOf } from './call.test-kit.ts'
import { makePolicy, makeRole, makeUser, newCaller, openIam, refused } from './test-support.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())
const call = callsOf(iam)

const kinds = [
  {
    kind: 'role',
    key: 'RoleName',
    make: makeRole,
    get: ['GetRole', 'Role'],
    put: 'PutRolePermissionsBoundary',
    remove: 'DeleteRolePermissionsBoundary',
  },
  {
    kind: 'user',
    key: 'UserName',
    make: makeUser,
    get: ['GetUser', 'User'],
    put: 'PutUserPermissionsBoundary',
    remove: 'DeleteUserPermissionsBoundary',
  },
] as const

for (const { kind, key, make, get, put, remove } of kinds) {
  const named = { [key]: 'r' }
  const nobody = { [key]: 'none' }
  const shown = async (caller: CallContext): Promise<string | undefined> => {
    const [operation, member] = get
    type Shown = Record<string, { PermissionsBoundary?: AttachedPermissionsBoundary }>
    const answer = await call<Shown>(operation, named, caller)
    assert.ok(answer[member])
    return answer[member].PermissionsBoundary?.PermissionsBoundaryArn
  }
  const notThere = (run: () => unknown) =>
    refused(run, 'NoSuchEntity', `The ${kind} with name none cannot be found.`, 404)

  describe(`the boundary of a ${kind}`, () => {
    test('is set, and takes the place of the one before', async () => {
      const caller = newCaller()
      await make(iam, caller, 'r')
      const own = await makePolicy(iam, caller, 'own')
      for (const PermissionsBoundary of [own, 'arn:aws:iam::aws:policy/ReadOnlyAccess']) {
        assert.deepEqual(await call(put, { ...named, PermissionsBoundary }, caller), {})
        assert.equal(await shown(caller), PermissionsBoundary)
      }
    })

    test('is a policy that is there', async () => {
      const caller = newCaller()
      await make(iam, caller, 'r')
      const PermissionsBoundary = `arn:aws:iam::${caller.account}:policy/none`
      const words = `Scope ARN: ${PermissionsBoundary} does not exist or is not attachable.`
      await refused(
        () => call(put, { ...named, PermissionsBoundary }, caller),
        'NoSuchEntity',
        words,
        404,
      )
    })

    test('is removed; also when there is none', async () => {
      const caller = newCaller()
      await make(iam, caller, 'r', { PermissionsBoundary: 'arn:aws:iam::aws:policy/X' })
      for (const _ of [1, 2]) {
        assert.deepEqual(await call(remove, named, caller), {})
        assert.equal(await shown(caller), undefined)
      }
    })

    test('is nothing that one has who is not there', async () => {
      const PermissionsBoundary = 'arn:aws:iam::aws:policy/X'
      await notThere(() => call(put, { ...nobody, PermissionsBoundary }, newCaller()))
      await notThere(() => call(remove, nobody, newCaller()))
    })
  })
}
