import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { ann, callerOf, openSts, refused } from '../test-support.ts'
import { GetSessionToken } from './GetSessionToken.ts'

const sts = await openSts()
after(() => sts[Symbol.asyncDispose]())

const hour = 3_600_000

test('a user stays who they are, for twelve hours or as long as they say', async () => {
  for (const [DurationSeconds, durationMs] of [
    [undefined, 12 * hour],
    [900, 900_000],
    [129_600, 36 * hour],
  ] as const) {
    const { Credentials: made } = await GetSessionToken(sts)({ DurationSeconds }, ann)
    assert.equal(made?.Expiration?.getTime(), sts.clock.nowMs() + durationMs)
    const key = await sts.credentials.find(made?.AccessKeyId ?? '')
    assert.ok(key?.sessionTokenSha256)
    const { accessKeyId: _own, ...who } = ann.principal
    assert.deepEqual(key?.principal, { ...who, accessKeyId: made?.AccessKeyId })
  }
})

test('the root user has an hour, whatever they ask for beyond it', async () => {
  for (const [DurationSeconds, durationMs] of [
    [undefined, hour],
    [129_600, hour],
    [900, 900_000],
  ] as const) {
    const { Credentials: made } = await GetSessionToken(sts)({ DurationSeconds }, callerOf())
    assert.equal(made?.Expiration?.getTime(), sts.clock.nowMs() + durationMs)
  }
})

test('not for sessions, and not with MFA that nobody has', async () => {
  await refused(
    () => GetSessionToken(sts)({}, callerOf({ accessKeyId: 'ASIAAAAAAAAAAAAAAAAA' })),
    'AccessDenied',
    'Cannot call GetSessionToken with session credentials',
    403,
  )
  await refused(
    () => GetSessionToken(sts)({ TokenCode: '123456' }, ann),
    'AccessDenied',
    'MultiFactorAuthentication failed with invalid MFA one time pass code. ',
    403,
  )
})

test('tokens are as long as is asked', async () => {
  for (const size of [0, 129, 4095]) {
    const { Credentials: made } = await GetSessionToken(sts)({ MinimumSessionTokenSize: size }, ann)
    const length = made?.SessionToken?.length ?? 0
    assert.ok(length >= Math.max(size, 128) && length < size + 132, `${length} for ${size}`)
  }
})
