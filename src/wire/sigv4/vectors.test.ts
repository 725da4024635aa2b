/**
 * Published vectors. Source, label `docs`: AWS's Signature Version 4 test suite (access key AKIDEXAMPLE) and the
 * worked examples of the S3 API reference (access key AKIAIOSFODNN7EXAMPLE).
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { SignedRequest, SigningTarget } from '../../kernel/signatures.ts'
import { parseCredential } from './credential.ts'
import { SigningKeyCache, deriveSigningKey } from './signing-key.ts'
import { parseTimestamp } from './time.ts'
import { checkCredential, verifySignature } from './verify.ts'

function verify(request: SignedRequest, target: SigningTarget, secret: string): void {
  const credential = parseCredential(request, target.dialect)
  assert.ok(credential)
  const signedMs = parseTimestamp(credential.timestamp)
  assert.ok(signedMs)
  checkCredential(request, credential, target, signedMs)
  verifySignature(request, credential, target, secret, new SigningKeyCache())
}

const suite: SigningTarget = { service: 'service', dialect: 'query' }
const suiteSecret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const alphabet = '-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const stsToken =
  'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflf' +
  'KD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd' +
  '8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3i' +
  'SIlTJabIQwj2ICCR/oLxBA=='

interface Vector {
  readonly name: string
  readonly method?: string
  readonly url?: string
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly unsigned?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signature: string
}

const vectors: readonly Vector[] = [
  {
    name: 'get-header-key-duplicate',
    headers: { 'my-header1': ['value2', 'value2', 'value1'] },
    signature: 'c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea',
  },
  {
    name: 'get-header-value-order',
    headers: { 'my-header1': ['value4', 'value1', 'value3', 'value2'] },
    signature: '08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01',
  },
  {
    name: 'get-header-value-trim',
    headers: { 'my-header1': ' value1', 'my-header2': ' "a   b   c"' },
    signature: 'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
  },
  {
    name: 'get-unreserved',
    url: `/${alphabet}`,
    signature: '07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f',
  },
  {
    name: 'get-vanilla',
    signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  },
  {
    name: 'get-vanilla-empty-query-key',
    url: '/?Param1=value1',
    signature: 'a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb',
  },
  {
    name: 'get-vanilla-query-order-key',
    url: '/?Param1=value2&Param1=Value1',
    signature: 'eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1',
  },
  {
    name: 'get-vanilla-query-order-key-case',
    url: '/?Param2=value2&Param1=value1',
    signature: 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  },
  {
    name: 'get-vanilla-query-order-value',
    url: '/?Param1=value2&Param1=value1',
    signature: '5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694',
  },
  {
    name: 'get-vanilla-query-unreserved',
    url: `/?${alphabet}=${alphabet}`,
    signature: '9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197',
  },
  {
    name: 'get-vanilla-utf8-query',
    url: '/?ሴ=bar',
    signature: '2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04',
  },
  {
    name: 'get-vanilla-utf8-query, as node:http gives its bytes',
    url: '/?\u00e1\u0088\u00b4=bar',
    signature: '2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04',
  },
  {
    name: 'post-header-key-sort',
    method: 'POST',
    headers: { 'my-header1': 'value1' },
    signature: 'c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c',
  },
  {
    name: 'post-header-value-case',
    method: 'POST',
    headers: { 'my-header1': 'VALUE1' },
    signature: 'cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d',
  },
  {
    name: 'post-vanilla',
    method: 'POST',
    signature: '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  },
  {
    name: 'post-vanilla-query',
    method: 'POST',
    url: '/?Param1=value1',
    signature: '28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11',
  },
  {
    name: 'post-x-www-form-urlencoded',
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'Param1=value1',
    signature: 'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  },
  {
    name: 'post-x-www-form-urlencoded-parameters',
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf8' },
    body: 'Param1=value1',
    signature: '1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe',
  },
  {
    name: 'get-relative',
    url: '/example/..',
    signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  },
  {
    name: 'get-relative-relative',
    url: '/example1/example2/../..',
    signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  },
  {
    name: 'get-slash',
    url: '//',
    signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  },
  {
    name: 'get-slash-dot-slash',
    url: '/./',
    signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  },
  {
    name: 'get-slash-pointless-dot',
    url: '/./example',
    signature: 'ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5',
  },
  {
    name: 'get-slashes',
    url: '//example//',
    signature: '9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84',
  },
  {
    name: 'get-space',
    url: '/example space/',
    signature: '652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741',
  },
  {
    name: 'post-sts-header-after',
    method: 'POST',
    unsigned: { 'x-amz-security-token': stsToken },
    signature: '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  },
  {
    name: 'post-sts-header-before',
    method: 'POST',
    headers: { 'x-amz-security-token': stsToken },
    signature: '85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead',
  },
]

for (const vector of vectors) {
  test(`test suite: ${vector.name}`, () => {
    const headers = {
      host: 'example.amazonaws.com',
      'x-amz-date': '20150830T123600Z',
      ...vector.headers,
    }
    const names = Object.keys(headers).toSorted().join(';')
    const [path = '/', query = ''] = (vector.url ?? '/').split('?')
    const scope = 'AKIDEXAMPLE/20150830/us-east-1/service/aws4_request'
    const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=${names}, Signature=${vector.signature}`
    const request: SignedRequest = {
      method: vector.method ?? 'GET',
      path,
      query,
      headers: { ...headers, ...vector.unsigned, authorization },
      body: Buffer.from(vector.body ?? ''),
    }
    verify(request, suite, suiteSecret)
    assert.throws(() => verify({ ...request, method: 'PUT' }, suite, suiteSecret), {
      code: 'SignatureDoesNotMatch',
    })
  })
}

test('test suite: get-vanilla-query, presigned', () => {
  const query =
    'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fservice%2F' +
    'aws4_request&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Expires=3600&X-Amz-Signature=' +
    'e93c787ed7f371d5c6b165c1b38ede9550f4dce4144713e844b25b7192d3865d'
  const request = { method: 'GET', path: '/', query, headers: { host: 'example.amazonaws.com' } }
  verify(request, suite, suiteSecret)
})

test('docs: the derived signing key of the IAM user guide', () => {
  const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
  assert.equal(
    deriveSigningKey(secret, '20150830', 'us-east-1', 'iam').toString('hex'),
    'c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9',
  )
})

const s3: SigningTarget = { service: 's3', dialect: 's3' }
const s3Secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const s3Scope = 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request'
const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

function s3Request(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  signature: string,
): SignedRequest {
  const [path = '/', query = ''] = url.split('?')
  const all = {
    host: 'examplebucket.s3.amazonaws.com',
    'x-amz-date': '20130524T000000Z',
    ...headers,
  }
  const names = Object.keys(all)
    .filter((name) => name !== 'date' || method === 'PUT')
    .toSorted()
    .join(';')
  const authorization = `AWS4-HMAC-SHA256 Credential=${s3Scope},SignedHeaders=${names},Signature=${signature}`
  return { method, path, query, headers: { ...all, authorization } }
}

const s3Examples: readonly [name: string, SignedRequest][] = [
  [
    'GET object',
    s3Request(
      'GET',
      '/test.txt',
      { range: 'bytes=0-9', 'x-amz-content-sha256': emptySha256 },
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ),
  ],
  [
    'PUT object, whose key `test$file.text` is encoded once',
    {
      ...s3Request(
        'PUT',
        '/test%24file.text',
        {
          date: 'Fri, 24 May 2013 00:00:00 GMT',
          'x-amz-content-sha256':
            '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
          'x-amz-storage-class': 'REDUCED_REDUNDANCY',
        },
        '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
      ),
      body: Buffer.from('Welcome to Amazon S3.'),
    },
  ],
  [
    'GET bucket lifecycle, whose parameter has no value',
    s3Request(
      'GET',
      '/?lifecycle',
      { 'x-amz-content-sha256': emptySha256 },
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    ),
  ],
  [
    'GET bucket, list objects',
    s3Request(
      'GET',
      '/?max-keys=2&prefix=J',
      { 'x-amz-content-sha256': emptySha256 },
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    ),
  ],
  [
    'presigned GET',
    {
      method: 'GET',
      path: '/test.txt',
      query:
        `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(s3Scope)}` +
        '&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=' +
        'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
      headers: { host: 'examplebucket.s3.amazonaws.com' },
    },
  ],
]

for (const [name, request] of s3Examples) {
  test(`S3 API reference: ${name}`, () => {
    verify(request, s3, s3Secret)
    assert.throws(() => verify({ ...request, path: '/other' }, s3, s3Secret), {
      code: 'SignatureDoesNotMatch',
    })
  })
}
