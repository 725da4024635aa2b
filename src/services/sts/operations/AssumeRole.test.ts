import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { AssumeRoleRequest } from '@aws-sdk/client-sts'
import { sessionTokenSha256 } from '../../../access/credentials.ts'
import type { CallContext } from '../../../kernel/operation.ts'
import { account, ann, callerOf, openSts, refused } from '../test-support.ts'
import { AssumeRole } from './AssumeRole.ts'

const sts = await openSts()
after(() => sts[Symbol.asyncDispose]())

const anybody = (Action: unknown = 'sts:*', Condition?: object) => ({
  Effect: 'Allow',
  Principal: { AWS: account },
  Action,
  Condition,
})

function assume(roleArn: string, more: Partial<AssumeRoleRequest> = {}, caller = ann) {
  return AssumeRole(sts)({ RoleArn: roleArn, RoleSessionName: 'session', ...more }, caller)
}

const denied = (roleArn: string, action = 'sts:AssumeRole', caller = ann) =>
  [
    'AccessDenied',
    `User: ${caller.principal.arn} is not authorized to perform: ${action} on resource: ${roleArn}`,
    403,
  ] as const

/** Who is calling when they use the credentials of an answer. */
async function inSession(answer: Awaited<ReturnType<typeof assume>>): Promise<CallContext> {
  const key = await sts.credentials.find(answer.Credentials?.AccessKeyId ?? '')
  assert.ok(key)
  return callerOf(key.principal)
}

const rootOf = (id: string) =>
  callerOf({ arn: `arn:aws:iam::${id}:root`, account: id as never, userId: id })

const arn = sts.trust('worker', anybody(), { maxSessionSeconds: 43_200 })

test("keys that are the role's session, without its path, for an hour", async () => {
  const answer = await assume(arn)
  const { Credentials: made, ...more } = answer
  const sessionArn = `arn:aws:sts::${account}:assumed-role/worker/session`
  assert.deepEqual(more, {
    AssumedRoleUser: { AssumedRoleId: 'AROAWORKER:session', Arn: sessionArn },
  })
  assert.match(made?.AccessKeyId ?? '', /^ASIA[A-Z2-7]{16}$/)
  assert.equal(made?.Expiration?.getTime(), sts.clock.nowMs() + 3_600_000)
  const key = await sts.credentials.find(made?.AccessKeyId ?? '')
  assert.equal(key?.secret, made?.SecretAccessKey)
  assert.equal(key?.sessionTokenSha256, sessionTokenSha256(made?.SessionToken ?? ''))
  assert.equal(key?.expiresAtMs, sts.clock.nowMs() + 3_600_000)
  assert.deepEqual(key?.principal, {
    account,
    arn: sessionArn,
    userId: 'AROAWORKER:session',
    accessKeyId: made?.AccessKeyId,
  })
})

describe('who is let in', () => {
  test('nobody into a role that is not there, in the same words as into one that is', async () => {
    const none = `arn:aws:iam::${account}:role/none`
    await refused(() => assume(none), ...denied(none))
    const service = { Service: 'lambda.amazonaws.com' }
    const closed = sts.trust('closed', { ...anybody(), Principal: service })
    await refused(() => assume(closed), ...denied(closed))
    const other = rootOf('999999999999')
    await refused(() => assume(arn, {}, other), ...denied(arn, 'sts:AssumeRole', other))
  })

  test("another account, when it is named; the session is in the role's account", async () => {
    const other = rootOf('999999999999')
    const open = sts.trust('open', { ...anybody(), Principal: { AWS: '999999999999' } })
    const answer = await assume(open, {}, other)
    assert.equal((await inSession(answer)).principal.account, account)
  })

  test('whoever knows the external id', async () => {
    const guarded = sts.trust(
      'guarded',
      anybody('*', { StringEquals: { 'sts:ExternalId': 'secret' } }),
    )
    await refused(() => assume(guarded), ...denied(guarded))
    await refused(() => assume(guarded, { ExternalId: 'other' }), ...denied(guarded))
    await assume(guarded, { ExternalId: 'secret' })
  })

  test('conditions on who asks', async () => {
    const conditions: readonly [object, boolean, CallContext?][] = [
      [{ StringEquals: { 'aws:username': 'ann' } }, true],
      [{ StringEquals: { 'aws:PrincipalType': 'User', 'aws:userid': 'AIDAANN' } }, true],
      [{ ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${account}:user/x/*` } }, true],
      [{ StringEquals: { 'sts:RoleSessionName': '${aws:username}' } }, false],
      [
        { StringEquals: { 'aws:PrincipalAccount': account, 'aws:RequestedRegion': 'eu-west-1' } },
        true,
      ],
      [{ Bool: { 'aws:MultiFactorAuthPresent': 'true' } }, false],
      [{ DateLessThan: { 'aws:CurrentTime': '2026-11-21T12:00:01Z' } }, true],
      [{ NumericGreaterThan: { 'aws:EpochTime': 9_999_999_999 } }, false],
      [{ StringEquals: { 'aws:PrincipalOrgID': 'o-1' } }, false],
      [{ StringEquals: { 'aws:PrincipalType': 'Account' } }, true, callerOf()],
    ]
    for (const [condition, letIn, caller = ann] of conditions) {
      const role = sts.trust('conditional', anybody('*', condition))
      if (letIn) await assume(role, {}, caller)
      else await refused(() => assume(role, {}, caller), ...denied(role, 'sts:AssumeRole', caller))
    }
  })
})

describe('how long', () => {
  test("up to the role's own limit", async () => {
    const { Credentials: made } = await assume(arn, { DurationSeconds: 43_200 })
    assert.equal(made?.Expiration?.getTime(), sts.clock.nowMs() + 43_200_000)
    const short = sts.trust('short', anybody())
    await refused(
      () => assume(short, { DurationSeconds: 3601 }),
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    )
    await assume(short, { DurationSeconds: 900 })
  })

  test('an hour for a session of a session', async () => {
    const session = await inSession(await assume(arn))
    await refused(
      () => assume(arn, { DurationSeconds: 3601 }, session),
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    )
    await assume(arn, { DurationSeconds: 3600 }, session)
  })
})

describe('tags and source identity', () => {
  const plain = sts.trust('plain', anybody('sts:AssumeRole'))

  test('the trust policy must let them be set', async () => {
    const Tags = [{ Key: 'team', Value: 'a' }]
    await refused(() => assume(plain, { Tags }), ...denied(plain, 'sts:TagSession'))
    const identity = { SourceIdentity: 'ann' }
    await refused(() => assume(plain, identity), ...denied(plain, 'sts:SetSourceIdentity'))
    const answer = await assume(arn, { Tags, ...identity })
    assert.equal(answer.SourceIdentity, 'ann')
    assert.equal(answer.PackedPolicySize, 1)
    const key = await sts.credentials.find(answer.Credentials?.AccessKeyId ?? '')
    assert.deepEqual(key?.session, {
      tags: { team: 'a' },
      transitiveTagKeys: [],
      sourceIdentity: 'ann',
    })
  })

  test('a condition may ask for tags', async () => {
    const tagged = sts.trust(
      'tagged',
      anybody('*', {
        StringEquals: { 'aws:RequestTag/team': 'a' },
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] },
      }),
    )
    const Tags = [{ Key: 'team', Value: 'a' }]
    await assume(tagged, { Tags })
    await refused(
      () => assume(tagged, { Tags: [...Tags, { Key: 'more', Value: '' }] }),
      ...denied(tagged),
    )
  })

  test('transitive tags and the source identity go along, and stay as they are', async () => {
    const Tags = [
      { Key: 'team', Value: 'a' },
      { Key: 'other', Value: 'b' },
    ]
    const first = await assume(arn, { Tags, TransitiveTagKeys: ['team'], SourceIdentity: 'ann' })
    const session = await inSession(first)
    const second = await assume(plain, {}, session)
    assert.equal(second.SourceIdentity, 'ann')
    const key = await sts.credentials.find(second.Credentials?.AccessKeyId ?? '')
    assert.deepEqual(key?.session, {
      tags: { team: 'a' },
      transitiveTagKeys: ['team'],
      sourceIdentity: 'ann',
    })
    await refused(
      () => assume(arn, { Tags: [{ Key: 'TEAM', Value: 'b' }] }, session),
      'ValidationError',
      'The session tag TEAM is transitive and cannot be overridden.',
    )
    await refused(
      () => assume(arn, { SourceIdentity: 'bob' }, session),
      ...denied(arn, 'sts:SetSourceIdentity', session),
    )
    const byTag = sts.trust(
      'by-tag',
      anybody('*', { StringEquals: { 'aws:PrincipalTag/other': 'b' } }),
    )
    await assume(byTag, {}, session)
  })

  test('tags are unique whatever their case, and not AWS', async () => {
    const tags = (...keys: string[]) => ({ Tags: keys.map((Key) => ({ Key, Value: '' })) })
    await refused(
      () => assume(arn, tags('a', 'A')),
      'ValidationError',
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    )
    await refused(
      () => assume(arn, tags('aws:x')),
      'ValidationError',
      'Tag keys that begin with aws: are reserved for system use: aws:x',
    )
  })
})

describe('session policies', () => {
  const policy = '{"Version":"2012-10-17","Statement":[]}'

  test('are kept with the session, and take room', async () => {
    const managed = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
    const answer = await assume(arn, { Policy: policy, PolicyArns: [{ arn: managed }] })
    assert.equal(answer.PackedPolicySize, 2)
    const key = await sts.credentials.find(answer.Credentials?.AccessKeyId ?? '')
    assert.deepEqual(key?.session, { policy, policyArns: [managed], transitiveTagKeys: [] })
  })

  test('must be policies, of 2048 characters at most', async () => {
    for (const [document, words] of [
      ['x', 'This policy contains invalid Json'],
      ['[]', 'This policy contains invalid Json'],
      ['{}', 'Missing required field Statement'],
    ] as const) {
      await refused(() => assume(arn, { Policy: document }), 'MalformedPolicyDocument', words)
    }
    await assume(arn, { Policy: policy.padEnd(2048) })
    await refused(
      () => assume(arn, { Policy: policy.padEnd(2049) }),
      'ValidationError',
      "1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to 2048",
    )
  })

  test('of managed ones ten, by ARN', async () => {
    const arns = (count: number, text: string) => ({
      PolicyArns: Array.from({ length: count }, () => ({ arn: text })),
    })
    await assume(arn, arns(10, 'arn:aws:iam::aws:policy/X'))
    await refused(
      () => assume(arn, arns(11, 'arn:aws:iam::aws:policy/X')),
      'ValidationError',
      'A session can have up to 10 managed policies.',
    )
    const wrong = 'arn:aws:iam::aws:role/X'
    await refused(
      () => assume(arn, arns(1, wrong)),
      'ValidationError',
      `ARN ${wrong} is not valid.`,
    )
  })

  test('do not take more room than there is', async () => {
    const Tags = Array.from({ length: 20 }, (_, index) => ({
      Key: `key${String(index).padStart(2, '0')}`,
      Value: 'v'.repeat(200),
    }))
    await refused(
      () => assume(arn, { Tags }),
      'PackedPolicyTooLarge',
      'Packed size of session tags consumes 101% of allotted space.',
    )
  })
})

test('what is no role, and what cannot be verified', async () => {
  for (const roleArn of [
    `arn:aws:iam::${account}:user/ann`,
    'arn:aws:s3:::bucket/role/x',
    'role/x',
  ]) {
    await refused(() => assume(roleArn), 'ValidationError', `${roleArn} is invalid`)
  }
  await refused(
    () => assume(arn, { SerialNumber: `arn:aws:iam::${account}:mfa/ann`, TokenCode: '123456' }),
    'AccessDenied',
    'MultiFactorAuthentication failed with invalid MFA one time pass code. ',
    403,
  )
  await refused(
    () => assume(arn, { ProvidedContexts: [{ ProviderArn: 'a', ContextAssertion: 'b' }] }),
    'ValidationError',
    'lambdad does not serve ProvidedContexts.',
  )
})

test('tokens are as long as is asked', async () => {
  for (const size of [0, 129, 4095]) {
    const { Credentials: made } = await assume(arn, { MinimumSessionTokenSize: size })
    const length = made?.SessionToken?.length ?? 0
    assert.ok(length >= Math.max(size, 128) && length < size + 132, `${length} for ${size}`)
  }
})
