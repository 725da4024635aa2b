import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeRole, newCaller, openIam, refused, trustPolicy } from '../../test-support.ts'
import { GetRole } from './GetRole.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('has everything the role was made with', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, 'Reader', {
    Path: '/x/',
    Description: 'reads',
    MaxSessionDuration: 7200,
    PermissionsBoundary: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    Tags: [
      { Key: 'b', Value: '2' },
      { Key: 'a', Value: '' },
    ],
  })
  const { Role: role } = await GetRole(iam)({ RoleName: 'Reader' }, caller)
  assert.deepEqual(role, {
    Path: '/x/',
    RoleName: 'Reader',
    RoleId: role?.RoleId,
    Arn: `arn:aws:iam::${caller.account}:role/x/Reader`,
    CreateDate: new Date('2026-01-02T03:04:05Z'),
    AssumeRolePolicyDocument: encodeURIComponent(trustPolicy),
    Description: 'reads',
    MaxSessionDuration: 7200,
    PermissionsBoundary: {
      PermissionsBoundaryType: 'Policy',
      PermissionsBoundaryArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    },
    Tags: [
      { Key: 'b', Value: '2' },
      { Key: 'a', Value: '' },
    ],
    RoleLastUsed: {},
  })
})

test('a role with nothing but its trust policy', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, 'plain')
  const { Role: role } = await GetRole(iam)({ RoleName: 'plain' }, caller)
  assert.deepEqual(Object.keys(role ?? {}).toSorted(), [
    'Arn',
    'AssumeRolePolicyDocument',
    'CreateDate',
    'MaxSessionDuration',
    'Path',
    'RoleId',
    'RoleLastUsed',
    'RoleName',
  ])
  assert.equal(role?.MaxSessionDuration, 3600)
})

test('is found whatever the case, and from every region', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, 'MixedCase')
  const elsewhere = { ...caller, region: newCaller('us-east-1').region }
  const { Role: role } = await GetRole(iam)({ RoleName: 'mixedcase' }, elsewhere)
  assert.equal(role?.RoleName, 'MixedCase')
})

test('another account does not see it', async () => {
  await makeRole(iam, newCaller(), 'mine')
  await refused(
    () => GetRole(iam)({ RoleName: 'mine' }, newCaller()),
    'NoSuchEntity',
    'The role with name mine cannot be found.',
    404,
  )
})
