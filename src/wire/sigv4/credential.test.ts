/** Messages are labelled `observed` or `docs` where they are made, in errors.ts and credential.ts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { ErrorDialect, SignedRequest } from '../../kernel/signatures.ts'
import fc from '../../../test/kit/fast-check.ts'

import { ServiceError } from '../../kernel/errors.ts'
import { parseCredential } from './credential.ts'

const scope = 'AKIDEXAMPLE/20150830/us-east-1/lambda/aws4_request'
const signature = 'a'.repeat(64)
const good = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=${signature}`
const timestamp = '20150830T123600Z'

function withHeader(authorization: string, headers: SignedRequest['headers'] = {}): SignedRequest {
  const dated = { 'x-amz-date': timestamp, ...headers, authorization }
  return { method: 'POST', path: '/', query: '', headers: dated }
}

function withQuery(query: string): SignedRequest {
  return { method: 'GET', path: '/', query, headers: {} }
}

test('reads a header', () => {
  assert.deepEqual(parseCredential(withHeader(good, { 'x-amz-security-token': 'token' })), {
    text: scope,
    accessKeyId: 'AKIDEXAMPLE',
    date: '20150830',
    region: 'us-east-1',
    service: 'lambda',
    signedHeaders: 'host;x-amz-date',
    signature,
    timestamp,
    how: 'header',
    sessionToken: 'token',
    expiresSeconds: undefined,
  })
})

test('reads a header without blanks, in another order, with parameters of no meaning', () => {
  const compact = `AWS4-HMAC-SHA256 Signature=${signature},X=y,SignedHeaders=host,Credential=${scope}`
  const credential = parseCredential(withHeader(compact))
  assert.equal(credential?.text, scope)
  assert.equal(credential?.signedHeaders, 'host')
})

test('takes the date header when there is no x-amz-date', () => {
  const request = withHeader(good, { 'x-amz-date': undefined, date: timestamp })
  assert.equal(parseCredential(request)?.timestamp, timestamp)
})

test('reads a presigned URL', () => {
  const query =
    `Action=X&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(scope)}` +
    `&X-Amz-Date=${timestamp}&X-Amz-Expires=604800&X-Amz-Security-Token=a%2Bb%3D` +
    `&X-Amz-SignedHeaders=host%3Bx-amz-acl&X-Amz-Signature=${signature}`
  assert.deepEqual(parseCredential(withQuery(query)), {
    text: scope,
    accessKeyId: 'AKIDEXAMPLE',
    date: '20150830',
    region: 'us-east-1',
    service: 'lambda',
    signedHeaders: 'host;x-amz-acl',
    signature,
    timestamp,
    how: 'presigned',
    sessionToken: 'a+b=',
    expiresSeconds: 604_800,
  })
})

test('is undefined for anonymous requests', () => {
  assert.equal(parseCredential(withQuery('')), undefined)
  assert.equal(parseCredential(withQuery('Action=X&x-amz-credential=y')), undefined)
  assert.equal(parseCredential(withQuery('X-Amz-Date=20150830T123600Z')), undefined)
})

function refused(request: SignedRequest, dialect: ErrorDialect): ServiceError {
  try {
    parseCredential(request, dialect)
  } catch (error) {
    assert.ok(error instanceof ServiceError, String(error))
    return error
  }
  return assert.fail('it was accepted')
}

test('says what is missing', () => {
  const none = refused(withHeader('Bearer secret.token', { 'x-amz-date': undefined }), 'rest-json')
  assert.equal(none.code, 'IncompleteSignatureException')
  assert.equal(none.status, 403)
  assert.equal(
    none.message,
    "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' " +
      "parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires " +
      "existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=Bearer",
  )
  const noDate = refused(withHeader(good, { 'x-amz-date': undefined }), 'query')
  assert.equal(noDate.code, 'IncompleteSignature')
  assert.equal(noDate.status, 400)
  assert.match(noDate.message, /^Authorization header requires existence of either a 'X-Amz-Date'/)
  const s3 = refused(withHeader('AWS4-HMAC-SHA256 Credential=x'), 's3')
  assert.equal(s3.code, 'AuthorizationHeaderMalformed')
  assert.equal(
    s3.message,
    'The authorization header is malformed; the authorization header requires three components: ' +
      'Credential, SignedHeaders, and Signature.',
  )
})

test('says how a credential must look', () => {
  const header = (text: string): SignedRequest => withHeader(good.replace(scope, text))
  assert.equal(
    refused(header('REDA/CTED/20170117/us-east-1/iam/aws4_request'), 'query').message,
    'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, ' +
      "got 'REDA/CTED/20170117/us-east-1/iam/aws4_request'",
  )
  for (const text of ['a', '/a/b/c/aws4_request', 'a//b/c/aws4_request', 'a/b/c//aws4_request']) {
    assert.match(refused(header(text), 'json').message, /^Credential must have exactly 5/, text)
  }
  assert.match(
    refused(header('AKID/20150830/us-east-1/iam/aws4'), 'query').message,
    /^Credential should be scoped with a valid terminator: 'aws4_request', not 'aws4'/,
  )
  assert.equal(
    refused(header('a'), 's3').message,
    'The authorization header is malformed; the Credential is mal-formed; expecting ' +
      '"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
  )
  assert.match(
    refused(withHeader(good.replace('Credential=', 'Credential= ')), 'json').message,
    /^'AKIDEXAMPLE\/20150830\/us-east-1\/lambda\/aws4_request' not a valid key=value pair \(missing equal-sign\)/,
  )
})

test('refuses what is there twice, or too long', () => {
  const twice = `${good}, Signature=${signature}`
  assert.match(refused(withHeader(twice), 'json').message, /more than one 'Signature'/)
  const both = { ...withHeader(good), query: `X-Amz-Signature=${signature}` }
  assert.equal(refused(both, 's3').code, 'InvalidArgument')
  const list = withHeader(good)
  const headers = { ...list.headers, authorization: [good, good] }
  assert.match(refused({ ...list, headers }, 'json').message, /more than one Authorization/)
  const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Algorithm=AWS4-HMAC-SHA256`
  assert.match(refused(withQuery(query), 'json').message, /only once/)
  assert.match(refused(withHeader(`${good}, X=${'x'.repeat(9000)}`), 'json').message, /longer than/)
  const long = good.replace('AKIDEXAMPLE', 'A'.repeat(300))
  assert.match(refused(withHeader(long), 'json').message, /^Credential must have exactly 5/)
})

test('refuses other mechanisms in words', () => {
  const asymmetric = good.replace('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256')
  assert.match(
    refused(withHeader(asymmetric), 'rest-json').message,
    /Signature Version 4A.*not supported/,
  )
  assert.match(
    refused(withQuery('X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256'), 's3').message,
    /Signature Version 4A.*not supported/,
  )
  const v2 = refused(withHeader('AWS AKIDEXAMPLE:c2lnbmF0dXJl'), 's3')
  assert.equal(v2.code, 'InvalidRequest')
  assert.equal(
    v2.message,
    'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
  )
  assert.match(
    refused(withHeader('AWS4-HMAC-MD5 x=y'), 'json').message,
    /Unsupported AWS 'algorithm'/,
  )
})

test('says what a presigned URL lacks', () => {
  const missing = refused(withQuery('X-Amz-Signature=x'), 'query')
  assert.match(missing.message, /^AWS query-string parameters must include 'X-Amz-Algorithm'\./)
  assert.match(missing.message, /Re-examine the query-string parameters\.$/)
  const s3 = refused(withQuery('X-Amz-Signature=x'), 's3')
  assert.equal(s3.code, 'AuthorizationQueryParametersError')
  assert.match(s3.message, /^Query-string authentication version 4 requires the X-Amz-Algorithm/)
  const rest =
    `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${scope}&X-Amz-Date=${timestamp}` +
    `&X-Amz-SignedHeaders=host&X-Amz-Signature=x&X-Amz-Expires=`
  assert.match(refused(withQuery(`${rest}604801`), 's3').message, /must be less than a week/)
  assert.match(refused(withQuery(`${rest}-1`), 's3').message, /must be non-negative/)
  assert.match(refused(withQuery(`${rest}soon`), 's3').message, /should be a number/)
  assert.match(refused(withQuery('X-Amz-Signature=%'), 's3').message, /percent-encoding/)
})

const dialects = fc.constantFrom<ErrorDialect>('json', 'rest-json', 'query', 'ec2', 's3')
const piece = fc.oneof(
  fc.constantFrom(
    'AWS4-HMAC-SHA256',
    'Credential=',
    'SignedHeaders=',
    'Signature=',
    scope,
    ',',
    ' ',
  ),
  fc.constantFrom('/', 'aws4_request', 'host;x-amz-date', '=', signature, 'AWS4-ECDSA-P256-SHA256'),
  fc.string({ maxLength: 10 }),
)
const parameter = fc.oneof(
  fc.constantFrom(
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    `X-Amz-Credential=${scope}`,
    'X-Amz-Expires=',
  ),
  fc.constantFrom(
    `X-Amz-Date=${timestamp}`,
    'X-Amz-SignedHeaders=host',
    'X-Amz-Signature=x',
    '%',
    '%zz',
  ),
  fc.string({ maxLength: 10 }),
)

test('gives a bounded credential, nothing, or a ServiceError for whatever is sent', () => {
  const authorization = fc.option(fc.array(piece, { maxLength: 12 }).map((all) => all.join('')))
  const query = fc.array(parameter, { maxLength: 8 }).map((all) => all.join('&'))
  fc.assert(
    fc.property(authorization, query, dialects, (header, sent, dialect) => {
      const headers = header === null ? {} : { 'x-amz-date': timestamp, authorization: header }
      try {
        const credential = parseCredential(
          { method: 'GET', path: '/', query: sent, headers },
          dialect,
        )
        if (credential === undefined) return
        const { accessKeyId, date, region, service } = credential
        assert.equal(credential.text, `${accessKeyId}/${date}/${region}/${service}/aws4_request`)
        assert.ok(credential.text.length <= 256)
      } catch (error) {
        assert.ok(error instanceof ServiceError, String(error))
        assert.ok([400, 401, 403].includes(error.status))
      }
    }),
    { numRuns: 2000 },
  )
})
