import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'

import type { ChunkSigning } from '../kernel/signatures.ts'
import fc from '../../test/kit/fast-check.ts'

import { ServiceError } from '../kernel/errors.ts'
import { createChecksum } from './aws-chunked-checksums.ts'
import type { AwsChunkedOptions } from './aws-chunked.ts'
import { AwsChunkedDecoder, decodeAwsChunkedBytes } from './aws-chunked.ts'
import { deriveSigningKey } from './sigv4/signing-key.ts'

const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const sha256 = (data: Uint8Array | string): string =>
  createHash('sha256').update(data).digest('hex')

function signing(seedSignature: string): ChunkSigning {
  return {
    signingKey: deriveSigningKey(secret, '20130524', 'us-east-1', 's3'),
    timestamp: '20130524T000000Z',
    scope: '20130524/us-east-1/s3/aws4_request',
    seedSignature,
  }
}

/** A client: written from the documentation, apart from the decoder. */
function encode(
  chunks: readonly Uint8Array[],
  sign: ChunkSigning | undefined,
  trailers: Readonly<Record<string, string>> | undefined,
): Buffer {
  let previous = sign?.seedSignature ?? ''
  const parts: Uint8Array[] = []
  const signature = (algorithm: string, what: string): string => {
    const text = `${algorithm}\n${sign?.timestamp}\n${sign?.scope}\n${previous}\n${what}`
    previous = createHmac('sha256', sign?.signingKey ?? '')
      .update(text)
      .digest('hex')
    return previous
  }
  for (const chunk of [...chunks, Buffer.alloc(0)]) {
    const what = `${sha256('')}\n${sha256(chunk)}`
    const extension = sign ? `;chunk-signature=${signature('AWS4-HMAC-SHA256-PAYLOAD', what)}` : ''
    parts.push(Buffer.from(`${chunk.length.toString(16)}${extension}\r\n`))
    if (chunk.length > 0) parts.push(chunk, Buffer.from('\r\n'))
  }
  const lines = Object.entries(trailers ?? {}).map(([name, value]) => `${name}:${value}`)
  for (const line of lines) parts.push(Buffer.from(`${line}\r\n`))
  if (sign && trailers) {
    const hashed = sha256(lines.map((line) => `${line}\n`).join(''))
    const end = signature('AWS4-HMAC-SHA256-TRAILER', hashed)
    parts.push(Buffer.from(`x-amz-trailer-signature:${end}\r\n`))
  }
  return Buffer.concat([...parts, Buffer.from('\r\n')])
}

function refused(action: () => unknown): ServiceError {
  try {
    action()
  } catch (error) {
    assert.ok(error instanceof ServiceError, String(error))
    return error
  }
  return assert.fail('it was accepted')
}

test('docs: the signed upload of 66,560 bytes in the S3 API reference', () => {
  const seed = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9'
  const signatures = [
    'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
    '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
    'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
  ]
  const body = Buffer.from(
    `10000;chunk-signature=${signatures[0]}\r\n${'a'.repeat(65_536)}\r\n` +
      `400;chunk-signature=${signatures[1]}\r\n${'a'.repeat(1024)}\r\n` +
      `0;chunk-signature=${signatures[2]}\r\n\r\n`,
  )
  const options = {
    signed: true,
    signing: signing(seed),
    trailers: undefined,
    decodedLength: 66_560,
  }
  assert.equal(Buffer.from(decodeAwsChunkedBytes(body, options)).toString(), 'a'.repeat(66_560))
})

test('docs: the signed upload with a trailer in the S3 API reference', () => {
  const seed = '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e'
  const signatures = [
    'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2',
    '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7',
    '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992',
  ]
  const body = Buffer.from(
    `10000;chunk-signature=${signatures[0]}\r\n${'a'.repeat(65_536)}\r\n` +
      `400;chunk-signature=${signatures[1]}\r\n${'a'.repeat(1024)}\r\n` +
      `0;chunk-signature=${signatures[2]}\r\n` +
      'x-amz-checksum-crc32c:sOO8/Q==\r\n' +
      'x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n',
  )
  const trailers = ['x-amz-checksum-crc32c']
  const options = { signed: true, signing: signing(seed), trailers, decodedLength: 66_560 }
  assert.equal(decodeAwsChunkedBytes(body, options).length, 66_560)
})

const algorithms = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256', 'sha512', 'md5'] as const

interface Body {
  readonly data: Buffer
  readonly encoded: Buffer
  readonly options: AwsChunkedOptions
}

/** Bodies of a few chunks, all but the last as large as they must be. */
const bodies: fc.Arbitrary<Body> = fc
  .record({
    large: fc.nat({ max: 2 }),
    last: fc.uint8Array({ maxLength: 20 }),
    fill: fc.nat({ max: 255 }),
    signed: fc.boolean(),
    algorithm: fc.option(fc.constantFrom(...algorithms), { nil: undefined }),
  })
  .map(({ large, last, fill, signed, algorithm }) => {
    const chunks = Array.from({ length: large }, (_, index) => Buffer.alloc(8192 + index, fill))
    if (last.length > 0) chunks.push(Buffer.from(last))
    const data = Buffer.concat(chunks)
    const sign = signed ? signing('f'.repeat(64)) : undefined
    const checksum = algorithm && createChecksum(algorithm)
    checksum?.update(data)
    const trailers = checksum && { [`x-amz-checksum-${algorithm}`]: checksum.digest() }
    return {
      data,
      encoded: encode(chunks, sign, trailers),
      options: {
        signed,
        signing: sign,
        trailers: trailers && Object.keys(trailers),
        decodedLength: data.length,
      },
    }
  })

function decodeInPieces(encoded: Uint8Array, sizes: readonly number[], options: AwsChunkedOptions) {
  const decoder = new AwsChunkedDecoder(options)
  const data: Uint8Array[] = []
  for (let at = 0, turn = 0; at < encoded.length; turn += 1) {
    const size = sizes[turn % sizes.length] as number
    data.push(...decoder.push(encoded.subarray(at, at + size)))
    at += size
  }
  decoder.end()
  return Buffer.concat(data)
}

test('gives the data back however the bytes come', () => {
  const sizes = fc.array(
    fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9000 })),
    {
      minLength: 1,
    },
  )
  fc.assert(
    fc.property(bodies, sizes, ({ data, encoded, options }, all) => {
      assert.ok(decodeInPieces(encoded, all, options).equals(data))
    }),
  )
})

test('refuses a body of which one byte was changed, lost, added or cut off', () => {
  const change = fc.constantFrom('change', 'lose', 'add', 'cut')
  fc.assert(
    fc.property(bodies, change, fc.nat(), fc.integer({ min: 1, max: 255 }), (body, how, at, by) => {
      const { encoded, options } = body
      // Unsigned data without a checksum has nothing that could tell.
      fc.pre(options.signed || options.trailers !== undefined)
      const place = at % encoded.length
      const before = encoded.subarray(0, place)
      const after = encoded.subarray(how === 'add' ? place : place + 1)
      const byte = Buffer.from([(encoded[place] as number) ^ by])
      const broken = {
        change: Buffer.concat([before, byte, after]),
        lose: Buffer.concat([before, after]),
        add: Buffer.concat([before, byte, after]),
        cut: before,
      }[how] as Buffer
      // A hex digit or a trailer's name in the other case, a zero before a size, a blank around a trailer's
      // value: they say the same.
      const same = (bytes: Buffer): string =>
        bytes
          .toString('latin1')
          .toLowerCase()
          .replaceAll(/[ \t]|(?<=^|\n)0+(?=[0-9a-f])/g, '')
      fc.pre(same(broken) !== same(encoded))
      const error = refused(() => decodeAwsChunkedBytes(broken, options))
      assert.ok([400, 403].includes(error.status))
    }),
    { numRuns: 500 },
  )
})

test('gives data or a ServiceError for any bytes', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '\r\n',
      '0',
      '5',
      'hello',
      ';chunk-signature=',
      'a'.repeat(64),
      'ffffffffffffffff',
    ),
    fc.constantFrom(
      'x-amz-checksum-crc32:',
      'NhCmhg==',
      'x-amz-trailer-signature:',
      '0\r\n',
      '5\r\nhello\r\n',
    ),
    fc.string({ maxLength: 5 }),
  )
  const trailers = fc.option(fc.constant(['x-amz-checksum-crc32']), { nil: undefined })
  const body = fc.array(piece, { maxLength: 10 }).map((all) => Buffer.from(all.join('')))
  fc.assert(
    fc.property(
      body,
      fc.boolean(),
      trailers,
      fc.nat({ max: 12 }),
      (bytes, signed, names, decodedLength) => {
        try {
          const options = { signed, signing: undefined, trailers: names, decodedLength }
          assert.equal(decodeAwsChunkedBytes(bytes, options).length, decodedLength)
        } catch (error) {
          assert.ok(error instanceof ServiceError, String(error))
        }
      },
    ),
    { numRuns: 2000 },
  )
})

const plain = { signed: false, signing: undefined, trailers: undefined, decodedLength: 5 }
const crc32 = { ...plain, trailers: ['x-amz-checksum-crc32'] }

/** The error a body gets. */
function errorOf(text: string, options: AwsChunkedOptions = plain): ServiceError {
  return refused(() => decodeAwsChunkedBytes(Buffer.from(text), options))
}

test('observed: S3 calls every broken frame IncompleteBody', () => {
  assert.equal(decodeAwsChunkedBytes(Buffer.from('5\r\nhello\r\n0\r\n\r\n'), plain).length, 5)
  const broken = [
    '',
    '5\r\nhello',
    '5\r\nhello\r\n0\r\n',
    '3\r\nhello\r\n0\r\n\r\n',
    '6\r\nhello\r\n0\r\n\r\n',
    '5\nhello\n0\n\n',
    '5 \r\nhello\r\n0\r\n\r\n',
    '-5\r\nhello\r\n0\r\n\r\n',
    '5;x=y\r\nhello\r\n0\r\n\r\n',
    '5\r\nhello\r\n0\r\n\r\nmore',
    '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n',
    '0\r\n\r\n',
    `${'5'.repeat(1000)}\r\n`,
    'ffffffffffffffff\r\n',
  ]
  for (const text of broken) {
    const error = errorOf(text)
    assert.equal(error.code, 'IncompleteBody', text)
    assert.equal(error.message, 'The request body terminated unexpectedly')
  }
})

test('observed: only the last chunk may be small', () => {
  const error = errorOf('3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n')
  assert.equal(error.code, 'InvalidChunkSizeError')
  assert.equal(error.status, 403)
  assert.equal(error.message, 'Only the last chunk is allowed to have a size less than 8192 bytes')
  assert.deepEqual(error.fields, { Chunk: 2, BadChunkSize: 3 })
})

test('observed: what is wrong with a trailer', () => {
  const body = (trailer: string): string => `5\r\nhello\r\n0\r\n${trailer}\r\n`
  const good = 'x-amz-checksum-crc32:NhCmhg==\r\n'
  assert.equal(decodeAwsChunkedBytes(Buffer.from(body(good)), crc32).length, 5)
  assert.equal(decodeAwsChunkedBytes(Buffer.from(body(`\r\n${good}`)), crc32).length, 5)
  const malformed = [
    '',
    '\r\n',
    ':NhCmhg==\r\n',
    'x-amz-checksum-crc32\r\n',
    'x-amz-checksum-sha1:qvTGHdzF6KLavt4PO0gs2a6pQ00=\r\n',
    good + good,
    'x-amz-trailer-signature:aa\r\n',
    `x-amz-checksum-crc32:${'a'.repeat(2000)}\r\n`,
  ]
  const blanks = 'x-amz-checksum-crc32: \tNhCmhg==\t \r\n'
  assert.equal(decodeAwsChunkedBytes(Buffer.from(body(blanks)), crc32).length, 5)
  for (const trailer of malformed) {
    assert.equal(errorOf(body(trailer), crc32).code, 'MalformedTrailerError', trailer)
  }
  const digest = errorOf(body('x-amz-checksum-crc32:AAAAAA==\r\n'), crc32)
  assert.equal(digest.code, 'BadDigest')
  for (const notBlank of ['\v', '\f', '\r', '\xa0'])
    assert.equal(
      errorOf(body(`x-amz-checksum-crc32:NhCmhg==${notBlank}\r\n`), crc32).code,
      'BadDigest',
    )
  assert.equal(digest.message, 'The CRC32 you specified did not match the calculated checksum.')
  const unsupported = refused(
    () => new AwsChunkedDecoder({ ...plain, trailers: ['x-amz-checksum-sha10'] }),
  )
  const many = Array.from({ length: 9 }, () => 'x-amz-checksum-crc32')
  assert.equal(
    refused(() => new AwsChunkedDecoder({ ...plain, trailers: many })).code,
    'InvalidRequest',
  )
  assert.equal(unsupported.code, 'InvalidRequest')
  assert.equal(
    unsupported.message,
    'The value specified in the x-amz-trailer header is not supported',
  )
})

test('without a key, signatures are read and not verified', () => {
  const encoded = encode([Buffer.from('hello')], signing('f'.repeat(64)), undefined)
  const options = { ...plain, signed: true }
  assert.equal(decodeAwsChunkedBytes(encoded, options).length, 5)
  assert.equal(errorOf('5\r\nhello\r\n0\r\n\r\n', options).code, 'IncompleteBody')
})
