import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { ListRolesRequest } from '@aws-sdk/client-iam'
import fc from '../../../../../test/kit/fast-check.ts'
import { allPages, makeRole, newCaller, openIam, refused } from '../../test-support.ts'
import { DeleteRole } from './DeleteRole.ts'
import { ListRoles } from './ListRoles.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

async function namesOf(input: ListRolesRequest, caller: ReturnType<typeof newCaller>) {
  const { Roles: roles } = await ListRoles(iam)(input, caller)
  return roles?.map((role) => role.RoleName)
}

test('by name, whatever the case, without what lists leave out', async () => {
  const caller = newCaller()
  for (const name of ['b', 'C', 'a']) {
    await makeRole(iam, caller, name, {
      Description: `role ${name}`,
      Tags: [{ Key: 'k', Value: 'v' }],
      PermissionsBoundary: 'arn:aws:iam::aws:policy/PowerUserAccess',
    })
  }
  const { Roles: roles, ...end } = await ListRoles(iam)({}, caller)
  assert.deepEqual(
    roles?.map((role) => role.RoleName),
    ['a', 'b', 'C'],
  )
  assert.deepEqual(end, { IsTruncated: false })
  assert.deepEqual(Object.keys(roles?.[0] ?? {}).toSorted(), [
    'Arn',
    'AssumeRolePolicyDocument',
    'CreateDate',
    'Description',
    'MaxSessionDuration',
    'Path',
    'RoleId',
    'RoleName',
  ])
  assert.deepEqual(await namesOf({}, newCaller()), [])
})

test('PathPrefix is compared character by character', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, 'root')
  await makeRole(iam, caller, 'team', { Path: '/team/' })
  await makeRole(iam, caller, 'team-a', { Path: '/team/a/' })
  await makeRole(iam, caller, 'percent', { Path: '/te%m/' })
  await makeRole(iam, caller, 'upper', { Path: '/TEAM/' })
  assert.deepEqual(await namesOf({ PathPrefix: '/team/' }, caller), ['team', 'team-a'])
  assert.deepEqual(await namesOf({ PathPrefix: '/te' }, caller), ['percent', 'team', 'team-a'])
  assert.deepEqual(await namesOf({ PathPrefix: '/te%m/' }, caller), ['percent'])
  assert.deepEqual(await namesOf({ PathPrefix: '/t__m/' }, caller), [])
})

test('a page has 100 roles when nothing is said', async () => {
  const caller = newCaller()
  await Promise.all(Array.from({ length: 101 }, (_, index) => makeRole(iam, caller, `r${index}`)))
  const pages = await allPages(
    (Marker) => ListRoles(iam)({ Marker }, caller),
    (answer) => answer.Roles ?? [],
  )
  assert.deepEqual(
    pages.map((page) => page.length),
    [100, 1],
  )
})

test('every role comes once and in order, whatever MaxItems, prefix, and what is deleted meanwhile', async () => {
  const name = fc.stringMatching(/^[\w+=,.@-]{1,12}$/)
  const role = fc.record({ name, path: fc.constantFrom('/', '/a/', '/a/b/', '/b/') })
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(role, { maxLength: 12, selector: (each) => each.name.toLowerCase() }),
      fc.integer({ min: 1, max: 13 }),
      fc.constantFrom(undefined, '/', '/a/', '/b/'),
      fc.boolean(),
      async (roles, MaxItems, PathPrefix, deleting) => {
        const caller = newCaller()
        for (const each of roles) await makeRole(iam, caller, each.name, { Path: each.path })
        const pages = await allPages(
          async (Marker) => {
            const answer = await ListRoles(iam)({ MaxItems, PathPrefix, Marker }, caller)
            // The very role that the marker names goes away before the next page is asked for.
            const last = answer.Roles?.at(-1)?.RoleName
            if (deleting && last !== undefined) await DeleteRole(iam)({ RoleName: last }, caller)
            return answer
          },
          (answer) => answer.Roles ?? [],
        )
        const expected = roles
          .filter((each) => each.path.startsWith(PathPrefix ?? '/'))
          .map((each) => each.name)
          .toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
        assert.deepEqual(
          pages.flat().map((each) => each.RoleName),
          expected,
        )
        for (const page of pages.slice(0, -1)) assert.equal(page.length, MaxItems)
        assert.ok(expected.length === 0 || (pages.at(-1)?.length ?? 0) > 0)
      },
    ),
    { numRuns: 40 },
  )
})

test('the longest name has a marker that the model allows', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, 'a'.repeat(64))
  await makeRole(iam, caller, 'b')
  const { Marker } = await ListRoles(iam)({ MaxItems: 1 }, caller)
  assert.match(Marker ?? '', /^[\u0020-\u00ff]{1,320}$/)
})

test('a marker that is none is refused', async () => {
  for (const Marker of ['x', 'r', Buffer.from('policies:a').toString('base64url')]) {
    await refused(
      () => ListRoles(iam)({ Marker }, newCaller()),
      'ValidationError',
      'Invalid Marker.',
    )
  }
})
