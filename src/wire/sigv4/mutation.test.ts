/** What one signature stands for: whatever the SDK signs is taken, and nothing that differs from it in anything. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { SignedRequest, SigningTarget } from '../../kernel/signatures.ts'
import fc from '../../../test/kit/fast-check.ts'

import { escapeUri, sign } from '../../../test/kit/sign.ts'
import type { SignOptions, UnsignedRequest } from '../../../test/kit/sign.ts'
import { ServiceError } from '../../kernel/errors.ts'
import { canonicalHeaders, canonicalPath, canonicalQuery } from './canonical.ts'
import { parseCredential } from './credential.ts'
import { unknownKey } from './errors.ts'
import { SigningKeyCache } from './signing-key.ts'
import { checkCredential, verifySignature } from './verify.ts'

const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}
const nowMs = Date.UTC(2015, 7, 30, 12, 36)

function signed(
  unsigned: UnsignedRequest,
  { service }: SigningTarget,
  options: Partial<SignOptions> = {},
): Promise<SignedRequest> {
  return sign(unsigned, { ...credentials, service, region: 'eu-west-1', atMs: nowMs, ...options })
}

function verify(request: SignedRequest, target: SigningTarget): void {
  const credential = parseCredential(request, target.dialect)
  assert.ok(credential)
  checkCredential(request, credential, target, nowMs)
  // In access's place: it knows one key, and finds no secret for another.
  if (credential.accessKeyId !== credentials.accessKeyId)
    throw unknownKey(target.dialect, credential.accessKeyId)
  verifySignature(request, credential, target, credentials.secretAccessKey, new SigningKeyCache())
}

const lambda: SigningTarget = { service: 'lambda', dialect: 'rest-json' }
const s3: SigningTarget = { service: 's3', dialect: 's3' }
const targets = fc.constantFrom<SigningTarget>(lambda, s3, { service: 'sqs', dialect: 'json' })

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,11}$/)
const headerValue = fc.stringMatching(/^[!-~]([ -~]{0,30}[!-~])?$/)
const unsignedRequest: fc.Arbitrary<UnsignedRequest> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
  path: fc
    .array(
      fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }).filter((s) => !/^\.+$/.test(s)),
    )
    .map(
      (segments) => `/${segments.map((segment) => escapeUri(segment.toWellFormed())).join('/')}`,
    ),
  query: fc.dictionary(
    fc.string({ minLength: 1, maxLength: 8 }).filter((key) => !/^(x-amz-|__proto__$)/i.test(key)),
    fc.string({ maxLength: 8 }),
    { maxKeys: 4 },
  ),
  headers: fc.dictionary(
    name.map((text) => `x-amz-meta-${text}`),
    headerValue,
    { maxKeys: 3 },
  ),
  body: fc.uint8Array({ maxLength: 64 }),
})

test('takes whatever the SDK signs, in headers and in URLs', async () => {
  await fc.assert(
    fc.asyncProperty(
      unsignedRequest,
      targets,
      fc.constantFrom('header' as const, 'presigned' as const),
      fc.option(fc.stringMatching(/^[A-Za-z0-9+/=]{1,40}$/), { nil: undefined }),
      async (unsigned, target, how, token) => {
        const request = await signed(unsigned, target, { how, sessionToken: token })
        // The signer hashes the body of a presigned request; S3 reads a presigned body as unsigned.
        if (how === 'presigned' && target === s3) return
        verify(request, target)
        assert.equal(parseCredential(request)?.sessionToken, token)
      },
    ),
  )
})

/** One change somewhere in a signed request. */
type Mutation = (request: SignedRequest, pick: number, text: string) => SignedRequest

function splice(text: string, pick: number, insert: string): string {
  const at = pick % (text.length + 1)
  return text.slice(0, at) + insert + text.slice(at + (pick % 2))
}

const mutations: Readonly<Record<string, Mutation>> = {
  method: (request) => ({ ...request, method: request.method === 'GET' ? 'POST' : 'GET' }),
  path: (request, pick, text) => ({ ...request, path: splice(request.path, pick, text) }),
  query: (request, pick, text) => ({ ...request, query: splice(request.query, pick, text) }),
  header: (request, pick, text) => {
    const names = Object.keys(request.headers)
    const chosen = names[pick % names.length] as string
    const value = splice(String(request.headers[chosen]), pick, text)
    return { ...request, headers: { ...request.headers, [chosen]: value } }
  },
  'header gone': (request, pick) => {
    const names = Object.keys(request.headers)
    return {
      ...request,
      headers: { ...request.headers, [names[pick % names.length] as string]: undefined },
    }
  },
  'header more': (request, _pick, text) => ({
    ...request,
    headers: { ...request.headers, 'x-amz-target': text },
  }),
  'header twice': (request, pick) => {
    const names = Object.keys(request.headers)
    const chosen = names[pick % names.length] as string
    const value = String(request.headers[chosen])
    return { ...request, headers: { ...request.headers, [chosen]: [value, value] } }
  },
  body: (request, pick) => {
    const body = Buffer.from(request.body ?? [])
    if (body.length === 0) return { ...request, body: Buffer.from('x') }
    body[pick % body.length] = (body[pick % body.length] as number) ^ (1 << (pick % 8))
    return { ...request, body }
  },
}

/** What a signature is over: two requests alike in this are one request. */
function meaning(request: SignedRequest, target: SigningTarget): string {
  const names = Object.keys(request.headers).filter((key) => request.headers[key] !== undefined)
  return JSON.stringify([
    request.method,
    canonicalPath(request.path, target === s3),
    canonicalQuery(request.query),
    names.toSorted().map((key) => [key, canonicalHeaders(request.headers, [key])]),
    Buffer.from(request.body ?? []).toString('hex'),
  ])
}

for (const [what, mutate] of Object.entries(mutations)) {
  test(`refuses a signed request when one thing changes: ${what}`, async () => {
    const text = fc.stringMatching(/^[!-~]{1,3}$/)
    await fc.assert(
      fc.asyncProperty(
        unsignedRequest,
        targets,
        fc.nat(),
        text,
        async (unsigned, target, pick, more) => {
          const request = await signed(unsigned, target)
          const changed = mutate(request, pick, more)
          fc.pre(meaning(changed, target) !== meaning(request, target))
          // A separator more or less in the Authorization header changes nothing of what it says.
          const before = parseCredential(request)
          let after
          try {
            after = parseCredential(changed, target.dialect)
            if (after === undefined) return
            if (what === 'header') {
              fc.pre(
                JSON.stringify(after) !== JSON.stringify(before) ||
                  !sameButAuthorization(request, changed),
              )
            }
            verify(changed, target)
          } catch (error) {
            if (fc.PreconditionFailure.isFailure(error)) throw error
            assert.ok(error instanceof ServiceError, String(error))
            return
          }
          assert.fail(`taken: ${JSON.stringify(changed)}`)
        },
      ),
      { numRuns: 150 },
    )
  })
}

function sameButAuthorization(a: SignedRequest, b: SignedRequest): boolean {
  return Object.keys(a.headers).every(
    (key) => key === 'authorization' || a.headers[key] === b.headers[key],
  )
}
