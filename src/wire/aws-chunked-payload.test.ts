import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'

import { ServiceError } from '../kernel/errors.ts'
import { openPayload, readPayload } from './aws-chunked-payload.ts'

const sha256 = (data: string): string => createHash('sha256').update(data).digest('hex')

function refused(action: () => unknown): ServiceError {
  try {
    action()
  } catch (error) {
    assert.ok(error instanceof ServiceError, String(error))
    return error
  }
  return assert.fail('it was accepted')
}

async function* streamOf(
  ...pieces: readonly string[]
): AsyncGenerator<Uint8Array, void, undefined> {
  for (const piece of pieces) yield Buffer.from(piece)
}

async function readAll(source: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const piece of source) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

const open = { signing: undefined, bytesMax: 100 }

test('openPayload reads a body as its headers say', async () => {
  assert.equal(await readAll(openPayload(streamOf('a', 'b'), {}, open)), 'ab')
  const unsigned = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }
  assert.equal(await readAll(openPayload(streamOf('a', 'b'), unsigned, open)), 'ab')
  const hashed = { 'x-amz-content-sha256': sha256('ab') }
  assert.equal(await readAll(openPayload(streamOf('a', 'b'), hashed, open)), 'ab')
  const ab = Buffer.from('ab')
  for (const headers of [{}, unsigned, hashed]) assert.equal(readPayload(ab, headers, open), ab)
  const other = refused(() => readPayload(Buffer.from('ac'), hashed, open))
  assert.equal(other.code, 'XAmzContentSHA256Mismatch')
  await assert.rejects(readAll(openPayload(streamOf('a', 'c'), hashed, open)), {
    code: 'XAmzContentSHA256Mismatch',
    fields: { ClientComputedContentSHA256: sha256('ab'), S3ComputedContentSHA256: sha256('ac') },
  })
  const chunked = {
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'x-amz-decoded-content-length': '5',
    'x-amz-trailer': 'X-Amz-Checksum-Crc32',
  }
  const body = '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n'
  assert.equal(Buffer.from(readPayload(Buffer.from(body), chunked, open)).toString(), 'hello')
  assert.equal(
    await readAll(openPayload(streamOf(...body.split(/(?=.)/s)), chunked, open)),
    'hello',
  )
})

test('openPayload refuses what is too long, and what does not say how long it is', async () => {
  const long = openPayload(streamOf('a'.repeat(60), 'b'.repeat(60)), {}, open)
  await assert.rejects(readAll(long), { code: 'EntityTooLarge' })
  assert.equal(refused(() => readPayload(Buffer.alloc(101), {}, open)).code, 'EntityTooLarge')
  const chunked = {
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'x-amz-trailer': 'x-amz-checksum-crc32',
  }
  const withLength = (length: string) => ({ ...chunked, 'x-amz-decoded-content-length': length })
  for (const length of ['', '-1', '1e3', '9'.repeat(30)]) {
    const error = refused(() => openPayload(streamOf(), withLength(length), open))
    assert.deepEqual([error.code, error.status], ['MissingContentLength', 411])
  }
  assert.equal(
    refused(() => openPayload(streamOf(), withLength('101'), open)).code,
    'EntityTooLarge',
  )
  const silent = { ...withLength('1'), 'x-amz-trailer': undefined }
  assert.equal(refused(() => openPayload(streamOf(), silent, open)).code, 'MalformedTrailerError')
})

test('a source is stopped when its body turns out broken', async () => {
  let stopped = false
  async function* source(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) yield Buffer.from('not hex\r\n')
    } finally {
      stopped = true
    }
  }
  const headers = {
    'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    'x-amz-decoded-content-length': '5',
  }
  await assert.rejects(readAll(openPayload(source(), headers, open)), { code: 'IncompleteBody' })
  assert.ok(stopped)
})
