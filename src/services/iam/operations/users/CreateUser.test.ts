import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makePolicy, makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { CreateUser } from './CreateUser.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('the user has an id, an ARN with the path, and whole seconds', async () => {
  const caller = newCaller()
  const PermissionsBoundary = await makePolicy(iam, caller, 'boundary')
  const Tags = [{ Key: 'Team', Value: 'a' }]
  const input = { UserName: 'Ann', Path: '/teams/a/', PermissionsBoundary, Tags }
  const { User: user } = await CreateUser(iam)(input, caller)
  assert.match(user?.UserId ?? '', /^AIDA[A-Z2-7]{17}$/)
  assert.deepEqual(user, {
    Path: '/teams/a/',
    UserName: 'Ann',
    UserId: user?.UserId,
    Arn: `arn:aws:iam::${caller.account}:user/teams/a/Ann`,
    CreateDate: new Date('2026-01-02T03:04:05Z'),
    PermissionsBoundary: {
      PermissionsBoundaryType: 'Policy',
      PermissionsBoundaryArn: PermissionsBoundary,
    },
    Tags,
  })
})

test('names differ by more than case, within an account', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, 'Ann')
  await refused(
    () => makeUser(iam, caller, 'ann', { Path: '/x/' }),
    'EntityAlreadyExists',
    'User with name ann already exists.',
    409,
  )
  await makeUser(iam, newCaller(), 'ann')
})

test('boundaries and tags are checked', async () => {
  const caller = newCaller()
  const PermissionsBoundary = `arn:aws:iam::${caller.account}:policy/none`
  await refused(
    () => makeUser(iam, caller, 'u', { PermissionsBoundary }),
    'NoSuchEntity',
    `Scope ARN: ${PermissionsBoundary} does not exist or is not attachable.`,
    404,
  )
  const Tags = Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: '' }))
  await refused(
    () => makeUser(iam, caller, 'u', { Tags }),
    'LimitExceeded',
    'Cannot exceed quota for TagsPerUser: 50',
    409,
  )
})

test('an account has 5000 users at most', async () => {
  const caller = newCaller()
  await Promise.all(Array.from({ length: 5000 }, (_, index) => makeUser(iam, caller, `u${index}`)))
  await refused(
    () => makeUser(iam, caller, 'one-more'),
    'LimitExceeded',
    'Cannot exceed quota for UsersPerAccount: 5000',
    409,
  )
})
