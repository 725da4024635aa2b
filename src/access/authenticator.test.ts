/** Against a stand-in for signatures; against real clients' signatures in test/parity/signatures.test.ts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { systemClock } from '../kernel/clock.ts'
import type { AccountId } from '../kernel/brand.ts'
import { ServiceError } from '../kernel/errors.ts'
import { OpenAuthenticator, VerifyingAuthenticator } from './authenticator.ts'
import type { AccessKey, Credentials } from './credentials.ts'
import { rootOf, sessionTokenSha256 } from './credentials.ts'
import { openIdentitiesMax } from './limits.ts'
import type {
  SignedCredential,
  SignedRequest,
  Signatures,
  SigningTarget,
} from '../kernel/signatures.ts'

const lambda: SigningTarget = { service: 'lambda', dialect: 'rest-json' }

const refuse = (code: string) => () => new ServiceError(code, code, { status: 403 })
const calls: string[] = []

/** The credential stands in the authorization header as JSON; the signature is the secret itself. */
const plainSignatures: Signatures = {
  parse(sent) {
    const header = sent.headers['authorization']
    return header === undefined ? undefined : (JSON.parse(String(header)) as SignedCredential)
  },
  check: (_request, credential) => {
    calls.push('check')
    if (credential.timestamp === 'stale') throw refuse('Stale')()
  },
  verify: (_request, credential, _target, secret) => {
    calls.push('verify')
    if (credential.signature !== secret) throw refuse('Mismatch')()
    return undefined
  },
  refusals: {
    missingToken: refuse('MissingToken'),
    invalidRegion: refuse('InvalidRegion'),
    unknownKey: refuse('UnknownKey'),
    invalidToken: refuse('InvalidToken'),
    expiredToken: refuse('ExpiredToken'),
  },
}

function request(accessKeyId: string, more: Partial<SignedCredential> = {}): SignedRequest {
  const region = more.region ?? 'eu-west-1'
  const text = `${accessKeyId}/20260101/${region}/lambda/aws4_request`
  const credential = { text, accessKeyId, region, signature: 'secret', ...more }
  const headers = { authorization: JSON.stringify(credential) }
  return { method: 'POST', path: '/', query: '', headers }
}

const anonymous: SignedRequest = { method: 'GET', path: '/', query: '', headers: {} }

test('off: an access key of twelve digits is that account', async () => {
  const { principal, region, chunkSigning } = await new OpenAuthenticator(
    plainSignatures,
  ).authenticate(request('123456789012'), lambda)
  assert.deepEqual(principal, {
    account: '123456789012',
    arn: 'arn:aws:iam::123456789012:root',
    userId: '123456789012',
    accessKeyId: '123456789012',
  })
  assert.equal(region, 'eu-west-1')
  assert.equal(chunkSigning, undefined)
})

test('off: any other key is the default account, and nobody is, in the default region', async () => {
  const open = new OpenAuthenticator(plainSignatures)
  for (const id of [
    'AKIDEXAMPLE',
    '12345678901',
    '1234567890123',
    '12345678901x',
    '１２３４５６７８９０１２',
  ]) {
    const identity = await open.authenticate(request(id), lambda)
    assert.equal(identity.principal.account, '000000000000', id)
  }
  const { principal, region } = await open.authenticate(anonymous, lambda)
  assert.deepEqual([principal.account, region], ['000000000000', 'us-east-1'])
})

test("off: the principal's ARN is in the partition of its region", async () => {
  const open = new OpenAuthenticator(plainSignatures)
  const { principal } = await open.authenticate(request('a', { region: 'cn-north-1' }), lambda)
  assert.equal(principal.arn, 'arn:aws-cn:iam::000000000000:root')
})

test('off: knows a client again, and forgets all when there are too many', async () => {
  const open = new OpenAuthenticator(plainSignatures)
  const first = open.authenticate(request('first'), lambda)
  assert.equal(open.authenticate(request('first'), lambda), first)
  for (let index = 0; index < openIdentitiesMax; index += 1) {
    await open.authenticate(request(`key${index}`), lambda)
  }
  const again = open.authenticate(request('first'), lambda)
  assert.notEqual(again, first)
  assert.deepEqual(again, first)
})

test('off: who sends a key that was made here is who it was made for, asked for each time', async () => {
  const asked: string[] = []
  const noted: unknown[] = []
  const id = 'ASIAAAAAAAAAAAAAAAAA'
  const credentials = {
    find: (wanted: string) => {
      asked.push(wanted)
      return wanted === id ? Promise.resolve(temporary) : undefined
    },
    noteUse: (...use: unknown[]) => noted.push(use),
  } as unknown as Credentials
  const open = new OpenAuthenticator(plainSignatures, credentials)
  for (let count = 0; count < 2; count += 1) {
    const identity = await open.authenticate(request(id), lambda)
    assert.deepEqual(identity, { principal, region: 'eu-west-1', chunkSigning: undefined })
  }
  const use = [temporary, 'lambda', 'eu-west-1']
  assert.deepEqual(noted, [use, use])
  // A key of AWS's own is looked for once; what has another form, never.
  for (const stranger of ['AKIABBBBBBBBBBBBBBBB', 'AKIABBBBBBBBBBBBBBBB', 'test', '123456789012']) {
    await open.authenticate(request(stranger), lambda)
  }
  assert.deepEqual(asked, [id, id, 'AKIABBBBBBBBBBBBBBBB'])
})

test('both: a region is nothing but letters, digits and hyphens', async () => {
  const on = verifying(() => undefined)
  for (const region of ['', '*', 'EU-WEST-1', 'a/b', '../x', 'a'.repeat(33), 'us east', '1-a']) {
    const open = new OpenAuthenticator(plainSignatures)
    assert.throws(() => open.authenticate(request('a', { region }), lambda), {
      code: 'InvalidRegion',
    })
    await assert.rejects(async () => on.authenticate(request('a', { region }), lambda), {
      code: 'InvalidRegion',
    })
  }
})

function verifying(find: (id: string) => AccessKey | undefined | Promise<AccessKey | undefined>) {
  const credentials = { find, noteUse: () => undefined } as unknown as Credentials
  return new VerifyingAuthenticator(plainSignatures, credentials, systemClock)
}

const account = '123456789012' as AccountId
const principal = {
  account,
  arn: rootOf(account).principalArn,
  userId: account,
  accessKeyId: 'known',
}
const lasting: AccessKey = {
  secret: 'secret',
  principal,
  sessionTokenSha256: undefined,
  expiresAtMs: undefined,
  active: true,
  session: undefined,
}
const temporary: AccessKey = {
  ...lasting,
  sessionTokenSha256: sessionTokenSha256('token'),
  expiresAtMs: systemClock.nowMs() + 3_600_000,
}

test('on: returns the principal of the key, at once when the key is remembered', async () => {
  const identity = { principal, region: 'eu-west-1', chunkSigning: undefined }
  assert.deepEqual(verifying(() => lasting).authenticate(request('known'), lambda), identity)
  const later = verifying(() => Promise.resolve(lasting)).authenticate(request('known'), lambda)
  assert.ok(later instanceof Promise)
  assert.deepEqual(await later, identity)
})

const refusals: readonly [string, SignedRequest, AccessKey | undefined, string][] = [
  ['nobody', anonymous, lasting, 'MissingToken'],
  ['an unknown key', request('unknown'), undefined, 'UnknownKey'],
  ['a key that is switched off', request('known'), { ...lasting, active: false }, 'UnknownKey'],
  ['the wrong secret', request('known', { signature: 'wrong' }), lasting, 'Mismatch'],
  [
    'a lasting key with a token',
    request('known', { sessionToken: 'token' }),
    lasting,
    'InvalidToken',
  ],
  ['a temporary key without its token', request('known'), temporary, 'InvalidToken'],
  [
    'a temporary key with another token',
    request('known', { sessionToken: 'other' }),
    temporary,
    'InvalidToken',
  ],
  [
    'a temporary key that is over',
    request('known', { sessionToken: 'token' }),
    { ...temporary, expiresAtMs: systemClock.nowMs() },
    'ExpiredToken',
  ],
]

for (const [what, sent, key, code] of refusals) {
  test(`on: refuses ${what}`, async () => {
    await assert.rejects(async () => verifying(() => key).authenticate(sent, lambda), { code })
    await assert.rejects(async () => verifying(async () => key).authenticate(sent, lambda), {
      code,
    })
  })
}

test('on: takes a temporary key with its token', () => {
  const sent = request('known', { sessionToken: 'token' })
  assert.deepEqual(verifying(() => temporary).authenticate(sent, lambda), {
    principal,
    region: 'eu-west-1',
    chunkSigning: undefined,
  })
})

test('on: looks up no key for what is refused without one', () => {
  const never = verifying(() => assert.fail('looked up'))
  assert.throws(() => never.authenticate(request('known', { timestamp: 'stale' }), lambda), {
    code: 'Stale',
  })
})
