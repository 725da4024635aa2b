import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { account, ann, callerOf, openSts, refused } from '../test-support.ts'
import { GetFederationToken } from './GetFederationToken.ts'

const sts = await openSts()
after(() => sts[Symbol.asyncDispose]())

const policy = '{"Statement":[]}'

test('keys for somebody of a name, for twelve hours', async () => {
  const Tags = [{ Key: 'a', Value: 'b' }]
  const input = { Name: 'bob', Policy: policy, Tags }
  const { Credentials: made, ...more } = await GetFederationToken(sts)(input, ann)
  const arn = `arn:aws:sts::${account}:federated-user/bob`
  assert.deepEqual(more, {
    FederatedUser: { FederatedUserId: `${account}:bob`, Arn: arn },
    PackedPolicySize: 1,
  })
  assert.equal(made?.Expiration?.getTime(), sts.clock.nowMs() + 43_200_000)
  const key = await sts.credentials.find(made?.AccessKeyId ?? '')
  assert.deepEqual([key?.principal.arn, key?.principal.userId], [arn, `${account}:bob`])
  assert.deepEqual(key?.session, { policy, tags: { a: 'b' } })
})

test('an hour for the root user; nothing to pack, nothing said of it', async () => {
  const { Credentials: made, ...more } = await GetFederationToken(sts)({ Name: 'bob' }, callerOf())
  assert.equal(made?.Expiration?.getTime(), sts.clock.nowMs() + 3_600_000)
  assert.deepEqual(Object.keys(more), ['FederatedUser'])
})

test('not for sessions, nor with what is no policy', async () => {
  await refused(
    () =>
      GetFederationToken(sts)({ Name: 'bob' }, callerOf({ accessKeyId: 'ASIAAAAAAAAAAAAAAAAA' })),
    'AccessDenied',
    'Cannot call GetFederationToken with session credentials',
    403,
  )
  await refused(
    () => GetFederationToken(sts)({ Name: 'bob', Policy: 'x' }, ann),
    'MalformedPolicyDocument',
    'This policy contains invalid Json',
  )
})

test('tokens are as long as is asked', async () => {
  for (const size of [0, 129, 4095]) {
    const { Credentials: made } = await GetFederationToken(sts)(
      { Name: 'bob', MinimumSessionTokenSize: size },
      ann,
    )
    const length = made?.SessionToken?.length ?? 0
    assert.ok(length >= Math.max(size, 128) && length < size + 132, `${length} for ${size}`)
  }
})
