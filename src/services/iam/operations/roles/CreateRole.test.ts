import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  makePolicy,
  makeRole,
  newCaller,
  openIam,
  refused,
  trustPolicy,
  trustPolicyOf,
} from '../../test-support.ts'
import { CreateRole } from './CreateRole.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('the role has an id, an ARN, whole seconds, and its trust policy URL-encoded', async () => {
  const caller = newCaller()
  const { Role: role } = await CreateRole(iam)(
    {
      RoleName: 'lambda-role',
      Path: '/teams/a/',
      AssumeRolePolicyDocument:
        '{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Sid":"it\'s (me)!"}}',
      Tags: [{ Key: 'Team', Value: 'a' }],
    },
    caller,
  )
  assert.match(role?.RoleId ?? '', /^AROA[A-Z2-7]{17}$/)
  assert.deepEqual(role, {
    Path: '/teams/a/',
    RoleName: 'lambda-role',
    RoleId: role?.RoleId,
    Arn: `arn:aws:iam::${caller.account}:role/teams/a/lambda-role`,
    CreateDate: new Date('2026-01-02T03:04:05Z'),
    AssumeRolePolicyDocument:
      '%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%22%2A%22%2C%22Action%22%3A%22sts%3AAssumeRole%22%2C%22Sid%22%3A%22it%27s%20%28me%29%21%22%7D%7D',
    Tags: [{ Key: 'Team', Value: 'a' }],
  })
})

test('the answer leaves description and session duration out, as on AWS', async () => {
  const { Role: role } = await CreateRole(iam)(
    {
      RoleName: 'r',
      AssumeRolePolicyDocument: trustPolicy,
      Description: 'd',
      MaxSessionDuration: 7200,
    },
    newCaller(),
  )
  assert.deepEqual(Object.keys(role ?? {}).toSorted(), [
    'Arn',
    'AssumeRolePolicyDocument',
    'CreateDate',
    'Path',
    'RoleId',
    'RoleName',
  ])
})

test('the partition is that of the region', async () => {
  const caller = newCaller('cn-north-1')
  assert.equal(await makeRole(iam, caller, 'r'), `arn:aws-cn:iam::${caller.account}:role/r`)
})

test('names differ by more than case, within an account', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, 'Worker')
  await refused(
    () => makeRole(iam, caller, 'worker', { Path: '/other/' }),
    'EntityAlreadyExists',
    'Role with name worker already exists.',
    409,
  )
  await makeRole(iam, newCaller(), 'worker')
})

test('of two that are made at once, one is refused', async () => {
  const caller = newCaller()
  const outcomes = await Promise.allSettled(
    ['twin', 'twin'].map((name) => makeRole(iam, caller, name)),
  )
  assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
})

test('the trust policy is checked, and its size without white space', async () => {
  const caller = newCaller()
  await refused(
    () => makeRole(iam, caller, 'r', { AssumeRolePolicyDocument: '{,}' }),
    'MalformedPolicyDocument',
    'This policy contains invalid Json',
  )
  const largest = trustPolicyOf(2048)
  await makeRole(iam, caller, 'full', {
    AssumeRolePolicyDocument: largest.replace('{', `{${' \n'.repeat(500)}`),
  })
  await refused(
    () => makeRole(iam, caller, 'r', { AssumeRolePolicyDocument: trustPolicyOf(2049) }),
    'LimitExceeded',
    'Cannot exceed quota for ACLSizePerRole: 2048',
    409,
  )
})

test('a boundary is an AWS managed policy or one of the account', async () => {
  const caller = newCaller()
  const boundary = await makePolicy(iam, caller, 'boundary')
  for (const arn of [boundary, 'arn:aws:iam::aws:policy/PowerUserAccess']) {
    const { Role: role } = await CreateRole(iam)(
      {
        RoleName: `r-${arn.length}`,
        AssumeRolePolicyDocument: trustPolicy,
        PermissionsBoundary: arn,
      },
      caller,
    )
    assert.deepEqual(role?.PermissionsBoundary, {
      PermissionsBoundaryType: 'Policy',
      PermissionsBoundaryArn: arn,
    })
  }
  const missing = `arn:aws:iam::${caller.account}:policy/none`
  await refused(
    () => makeRole(iam, caller, 'r', { PermissionsBoundary: missing }),
    'NoSuchEntity',
    `Scope ARN: ${missing} does not exist or is not attachable.`,
    404,
  )
  const wrong = `arn:aws:iam::${caller.account}:role/none`
  await refused(
    () => makeRole(iam, caller, 'r', { PermissionsBoundary: wrong }),
    'InvalidInput',
    `ARN ${wrong} is not valid.`,
  )
})

test('tags are unique whatever their case, not AWS, and 50', async () => {
  const caller = newCaller()
  const make = (keys: readonly string[]) =>
    makeRole(iam, caller, 'r', { Tags: keys.map((Key) => ({ Key, Value: '' })) })
  await refused(
    () => make(['Name', 'name']),
    'InvalidInput',
    'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
  )
  await refused(
    () => make(['AWS:x']),
    'InvalidInput',
    'Tag keys that begin with aws: are reserved for system use: AWS:x',
  )
  const keys = Array.from({ length: 51 }, (_, index) => `k${index}`)
  await refused(() => make(keys), 'LimitExceeded', 'Cannot exceed quota for TagsPerRole: 50', 409)
  await make(keys.slice(1))
})

test('an account has 1000 roles at most', async () => {
  const caller = newCaller()
  await Promise.all(
    Array.from({ length: 1000 }, (_, index) => makeRole(iam, caller, `role-${index}`)),
  )
  await refused(
    () => makeRole(iam, caller, 'r'),
    'LimitExceeded',
    'Cannot exceed quota for RolesPerAccount: 1000',
    409,
  )
})

test('what the model requires is required of in-process callers too', async () => {
  await refused(
    () => CreateRole(iam)({ RoleName: undefined, AssumeRolePolicyDocument: '' }, newCaller()),
    'ValidationError',
    "1 validation error detected: Value null at 'roleName' failed to satisfy constraint: Member must not be null",
  )
})
