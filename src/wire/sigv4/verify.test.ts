import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'

import type { ErrorDialect, SignedRequest, SigningTarget } from '../../kernel/signatures.ts'
import { sign } from '../../../test/kit/sign.ts'
import type { SignOptions, UnsignedRequest } from '../../../test/kit/sign.ts'
import { ServiceError } from '../../kernel/errors.ts'
import { parseCredential } from './credential.ts'
import { createSigV4 } from './index.ts'
import { SigningKeyCache, deriveSigningKey } from './signing-key.ts'
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

function verify(request: SignedRequest, target: SigningTarget, atMs = nowMs): void {
  const credential = parseCredential(request, target.dialect)
  assert.ok(credential)
  checkCredential(request, credential, target, atMs)
  verifySignature(request, credential, target, credentials.secretAccessKey, new SigningKeyCache())
}

const lambda: SigningTarget = { service: 'lambda', dialect: 'rest-json' }
const s3: SigningTarget = { service: 's3', dialect: 's3' }

const invoke: UnsignedRequest = {
  method: 'POST',
  path: '/2015-03-31/functions/a%3Ab/invocations',
  query: { Qualifier: 'PROD' },
  headers: { 'content-type': 'application/json' },
  body: Buffer.from('{}'),
}

function refused(action: () => void): ServiceError {
  try {
    action()
  } catch (error) {
    assert.ok(error instanceof ServiceError, String(error))
    return error
  }
  return assert.fail('it was accepted')
}

test('tells what the canonical string and the string to sign should have been', async () => {
  const request = await signed(invoke, lambda)
  const error = refused(() => verify({ ...request, method: 'PUT' }, lambda))
  assert.equal(error.code, 'InvalidSignatureException')
  assert.equal(error.status, 403)
  const bodySha256 = createHash('sha256').update('{}').digest('hex')
  const canonical = [
    'PUT',
    '/2015-03-31/functions/a%253Ab/invocations',
    'Qualifier=PROD',
    'content-type:application/json',
    'host:localhost:4566',
    `x-amz-content-sha256:${bodySha256}`,
    'x-amz-date:20150830T123600Z',
    '',
    'content-type;host;x-amz-content-sha256;x-amz-date',
    bodySha256,
  ].join('\n')
  const hashed = createHash('sha256').update(canonical).digest('hex')
  assert.equal(
    error.message,
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret ' +
      'Access Key and signing method. Consult the service documentation for details.\n\n' +
      `The Canonical String for this request should have been\n'${canonical}'\n\n` +
      'The String-to-Sign should have been\n' +
      `'AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/eu-west-1/lambda/aws4_request\n${hashed}'\n`,
  )
})

test('names a mismatch as each family of services does', async () => {
  const expected: Readonly<Record<ErrorDialect, readonly [string, number]>> = {
    json: ['InvalidSignatureException', 400],
    'rest-json': ['InvalidSignatureException', 403],
    query: ['SignatureDoesNotMatch', 403],
    ec2: ['AuthFailure', 401],
    s3: ['SignatureDoesNotMatch', 403],
  }
  for (const [dialect, [code, status]] of Object.entries(expected)) {
    const service = dialect === 's3' ? 's3' : 'x'
    const target = { service, dialect: dialect as ErrorDialect }
    const request = await signed(invoke, target)
    verify(request, target)
    const error = refused(() => verify({ ...request, method: 'PUT' }, target))
    assert.deepEqual([error.code, error.status], [code, status], dialect)
  }
})

test('holds a signature to its time', async () => {
  const request = await signed(invoke, lambda)
  const minutes = (count: number): number => nowMs + count * 60_000
  verify(request, lambda, minutes(15))
  verify(request, lambda, minutes(-15))
  const late = refused(() => verify(request, lambda, minutes(15) + 1000))
  assert.equal(late.code, 'InvalidSignatureException')
  assert.equal(
    late.message,
    'Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T125101Z - 15 min.)',
  )
  const early = refused(() => verify(request, lambda, minutes(-15) - 1000))
  assert.equal(
    early.message,
    'Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z ' +
      '(20150830T122059Z + 15 min.)',
  )
  const bucket = await signed(invoke, s3)
  const skewed = refused(() => verify(bucket, s3, minutes(16)))
  assert.equal(skewed.code, 'RequestTimeTooSkewed')
  assert.deepEqual(skewed.fields, {
    RequestTime: '20150830T123600Z',
    ServerTime: '2015-08-30T12:52:00Z',
    MaxAllowedSkewMilliseconds: 900_000,
  })
})

test('holds a presigned URL to its time: S3 to X-Amz-Expires, the others to 15 minutes', async () => {
  const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }
  const get: UnsignedRequest = { ...invoke, method: 'GET', headers, body: new Uint8Array(0) }
  const url = await signed(get, s3, { how: 'presigned', expiresSeconds: 604_800 })
  verify(url, s3, nowMs + 604_800_000)
  const expired = refused(() => verify(url, s3, nowMs + 604_801_000))
  assert.deepEqual([expired.code, expired.status], ['AccessDenied', 403])
  assert.equal(expired.message, 'Request has expired')
  assert.deepEqual(expired.fields, {
    'X-Amz-Expires': '604800',
    Expires: '2015-09-06T12:36:00Z',
    ServerTime: '2015-09-06T12:36:01Z',
  })
  assert.equal(refused(() => verify(url, s3, nowMs - 901_000)).message, 'Request is not yet valid')

  const sts: SigningTarget = { service: 'sts', dialect: 'query' }
  const identity = await signed(
    { ...get, headers: {}, query: { Action: 'GetCallerIdentity' } },
    sts,
    { how: 'presigned' },
  )
  verify(identity, sts, nowMs + 900_000)
  assert.match(
    refused(() => verify(identity, sts, nowMs + 901_000)).message,
    /^Signature expired: /,
  )
})

test('holds a credential to its scope', async () => {
  const request = await signed(invoke, lambda)
  assert.equal(
    refused(() => verify(request, { service: 'batch', dialect: 'rest-json' })).message,
    "Credential should be scoped to correct service: 'batch'. ",
  )
  const shifted = {
    ...request,
    headers: { ...request.headers, 'x-amz-date': '20150831T000000Z' },
  }
  assert.equal(
    refused(() => verify(shifted, lambda)).message,
    'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ' +
      "'20150830' != '20150831', from '20150831T000000Z'.",
  )
  const unreadable = { ...request, headers: { ...request.headers, 'x-amz-date': '1442252505' } }
  assert.equal(
    refused(() => verify(unreadable, lambda)).message,
    "Date must be in ISO-8601 'basic format'. Got '1442252505'. See http://en.wikipedia.org/wiki/ISO_8601",
  )
})

test('wants host, the date and every x-amz- header signed', async () => {
  const request = await signed(invoke, lambda)
  const listing = (names: string): SignedRequest => ({
    ...request,
    headers: {
      ...request.headers,
      authorization: String(request.headers['authorization']).replace(
        /SignedHeaders=[^,]*/,
        `SignedHeaders=${names}`,
      ),
    },
  })
  assert.equal(
    refused(() => verify(listing('x-amz-content-sha256;x-amz-date'), lambda)).message,
    "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
  )
  assert.match(
    refused(() => verify(listing('host;x-amz-content-sha256'), lambda)).message,
    /^'X-Amz-Date' must be a 'SignedHeader'/,
  )
  const added = { ...request, headers: { ...request.headers, 'x-amz-invocation-type': 'Event' } }
  assert.match(refused(() => verify(added, lambda)).message, /^'X-Amz-Invocation-Type' must be/)
  for (const names of [
    'Host;x-amz-date',
    'x-amz-date;host',
    'host;host;x-amz-date',
    'host;',
    'ho\tst',
  ]) {
    assert.match(
      refused(() => verify(listing(names), lambda)).message,
      /'SignedHeaders' must be/,
      names,
    )
  }
  const bucket = await signed(invoke, s3)
  const more = { ...bucket, headers: { ...bucket.headers, 'x-amz-acl': 'public-read' } }
  const error = refused(() => verify(more, s3))
  assert.equal(error.code, 'AccessDenied')
  assert.deepEqual(error.fields, { HeadersNotSigned: 'x-amz-acl' })
})

test('refuses folded headers: a value with a line break is two headers to someone', async () => {
  const request = await signed({ ...invoke, headers: { 'x-amz-meta-a': 'b' } }, lambda)
  const folded = { ...request, headers: { ...request.headers, 'x-amz-meta-a': 'b\nhost:evil' } }
  assert.equal(refused(() => verify(folded, lambda)).code, 'InvalidSignatureException')
})

test('S3: holds a body to the hash its header claims, and knows the words for no hash', async () => {
  const request = await signed({ ...invoke, method: 'PUT' }, s3)
  verify(request, s3)
  const error = refused(() => verify({ ...request, body: Buffer.from('{ }') }, s3))
  assert.equal(error.code, 'XAmzContentSHA256Mismatch')
  assert.equal(error.fields['ClientComputedContentSHA256'], request.headers['x-amz-content-sha256'])
  for (const words of ['UNSIGNED-PAYLOAD', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER']) {
    const headers = { 'x-amz-content-sha256': words }
    verify(await signed({ ...invoke, headers, body: Buffer.from('anything') }, s3), s3)
  }
  const headers = { 'x-amz-content-sha256': 'none' }
  const invalid = await signed({ ...invoke, headers }, s3)
  assert.equal(refused(() => verify(invalid, s3)).code, 'InvalidArgument')
  const asymmetric = { 'x-amz-content-sha256': 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD' }
  const sigv4a = await signed({ ...invoke, headers: asymmetric }, s3)
  assert.match(refused(() => verify(sigv4a, s3)).message, /Signature Version 4A/)
})

test('S3: gives what the chunks of a signed body go on from, and nothing for other bodies', async () => {
  const sigV4 = createSigV4()
  const chunkSigning = async (contentSha256: string) => {
    const headers = { 'x-amz-content-sha256': contentSha256 }
    const { body: _later, ...head } = await signed({ ...invoke, headers }, s3)
    const credential = sigV4.parse(head, s3)
    assert.ok(credential)
    return { credential, found: sigV4.verify(head, credential, s3, credentials.secretAccessKey) }
  }
  for (const trailer of ['', '-TRAILER']) {
    const { credential, found } = await chunkSigning(`STREAMING-AWS4-HMAC-SHA256-PAYLOAD${trailer}`)
    assert.deepEqual(found, {
      signingKey: deriveSigningKey(credentials.secretAccessKey, '20150830', 'eu-west-1', 's3'),
      timestamp: '20150830T123600Z',
      scope: '20150830/eu-west-1/s3/aws4_request',
      seedSignature: credential.signature,
    })
  }
  for (const unsigned of [
    'UNSIGNED-PAYLOAD',
    'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'a'.repeat(64),
  ]) {
    assert.equal((await chunkSigning(unsigned)).found, undefined)
  }
})

test('only S3 may leave its body unsigned', async () => {
  const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }
  const request = await signed({ ...invoke, headers }, lambda)
  assert.equal(refused(() => verify(request, lambda)).code, 'InvalidSignatureException')
})

test('keeps no more signing keys than it may, and none of a secret that changed', async () => {
  const keys = new SigningKeyCache(2)
  const sigV4 = createSigV4(keys)
  const request = await signed(invoke, lambda)
  const credential = parseCredential(request)
  assert.ok(credential)
  for (const text of ['a', 'b', 'c']) keys.get({ ...credential, text }, credentials.secretAccessKey)
  assert.equal(keys.size, 2)
  sigV4.verify(request, credential, lambda, credentials.secretAccessKey)
  assert.throws(() => sigV4.verify(request, credential, lambda, 'another'), ServiceError)
  sigV4.verify(request, credential, lambda, credentials.secretAccessKey)
  assert.equal(keys.size, 2)
})
