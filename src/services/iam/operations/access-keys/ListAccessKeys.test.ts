import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { allPages, makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { CreateAccessKey } from './CreateAccessKey.ts'
import { UpdateAccessKey } from './UpdateAccessKey.ts'
import { ListAccessKeys } from './ListAccessKeys.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('the oldest first, with their status, in pages, never with a secret', async () => {
  const caller = newCaller()
  const UserName = 'ann'
  await makeUser(iam, caller, UserName)
  const ids: (string | undefined)[] = []
  for (const _ of [1, 2]) {
    const { AccessKey: key } = await CreateAccessKey(iam)({ UserName }, caller)
    ids.push(key?.AccessKeyId)
    iam.clock.now += 1000
  }
  const [first] = ids
  await UpdateAccessKey(iam)({ UserName, AccessKeyId: first, Status: 'Inactive' }, caller)
  const { AccessKeyMetadata: keys, ...end } = await ListAccessKeys(iam)({ UserName }, caller)
  assert.deepEqual(end, { IsTruncated: false })
  assert.deepEqual(keys?.[0], {
    UserName,
    AccessKeyId: first,
    Status: 'Inactive',
    CreateDate: keys?.[0]?.CreateDate,
  })
  const pages = await allPages(
    (Marker) => ListAccessKeys(iam)({ UserName, MaxItems: 1, Marker }, caller),
    (answer) => answer.AccessKeyMetadata ?? [],
  )
  assert.deepEqual(
    pages.flat().map((key) => key.AccessKeyId),
    ids,
  )
})

test('the root user of an account has none of its own until one is made', async () => {
  const caller = newCaller()
  const none = { AccessKeyMetadata: [], IsTruncated: false }
  assert.deepEqual(await ListAccessKeys(iam)({}, caller), none)
  await CreateAccessKey(iam)({}, caller)
  const { AccessKeyMetadata: keys } = await ListAccessKeys(iam)({}, caller)
  assert.equal(keys?.length, 1)
})

test('a user that is not there', async () => {
  await refused(
    () => ListAccessKeys(iam)({ UserName: 'none' }, newCaller()),
    'NoSuchEntity',
    'The user with name none cannot be found.',
    404,
  )
})
