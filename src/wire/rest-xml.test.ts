import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetBucketAclCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutBucketAclCommand,
  PutBucketTaggingCommand,
  PutObjectCommand,
  S3Client,
  SelectObjectContentCommand,
  UploadPartCommand,
  type SelectObjectContentEventStream,
} from '@aws-sdk/client-s3'
import { ServiceError } from '../kernel/errors.ts'
import type { ServiceModel } from '../model/index.ts'
import { fixtureModel, startTestServer, type TestServer } from './test-server.ts'

describe('restXml with the S3 client', () => {
  let service: ServiceModel
  let server: TestServer
  let client: S3Client

  before(async () => {
    service = await fixtureModel('s3')
    server = await startTestServer(service)
    client = new S3Client({
      endpoint: server.endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: '000000000000', secretAccessKey: 'x' },
      maxAttempts: 1,
      requestChecksumCalculation: 'WHEN_REQUIRED',
    })
  })
  after(async () => {
    client.destroy()
    await server[Symbol.asyncDispose]()
  })

  test('greedy keys, header maps, dates and blobs', async () => {
    const expires = new Date('2030-01-02T03:04:05Z')
    server.answer = () => ({ ETag: '"e"' })
    const output = await client.send(
      new PutObjectCommand({
        Bucket: 'b',
        Key: 'a/b c/+ü%/',
        Body: Buffer.from([0, 255]),
        ContentType: 'image/png',
        Metadata: { one: '1', 'two-two': 'x' },
        Expires: expires,
      }),
    )
    assert.equal(server.last.operation, 'PutObject')
    const { Body, ...input } = server.last.input ?? {}
    assert.deepEqual([...(Body as Uint8Array)], [0, 255])
    assert.equal(input['Key'], 'a/b c/+ü%/')
    assert.equal(input['ContentType'], 'image/png')
    assert.deepEqual(input['Metadata'], { one: '1', 'two-two': 'x' })
    assert.equal(output.ETag, '"e"')
  })

  test('a blob payload, streamed, with metadata', async () => {
    const modified = new Date('2024-01-02T03:04:05Z')
    server.answer = () => ({
      Body: (async function* () {
        yield Buffer.from('hä')
        yield Buffer.from('llo')
      })(),
      LastModified: modified,
      ContentLength: 6,
      Metadata: { k: 'v' },
      ContentType: 'text/plain',
      PartsCount: 0,
    })
    const output = await client.send(new GetObjectCommand({ Bucket: 'b', Key: 'k', PartNumber: 2 }))
    assert.deepEqual(server.last.input?.['PartNumber'], 2)
    assert.equal(await output.Body?.transformToString(), 'hällo')
    assert.deepEqual(output.LastModified, modified)
    assert.deepEqual(output.Metadata, { k: 'v' })
    assert.equal(output.ContentType, 'text/plain')
    assert.equal(output.PartsCount, 0)
  })

  test('operations that share a path', async () => {
    server.answer = () => ({})
    const key = { Bucket: 'b', Key: 'k' }
    await client.send(new UploadPartCommand({ ...key, PartNumber: 1, UploadId: 'u', Body: 'x' }))
    assert.equal(server.last.operation, 'UploadPart')
    server.answer = () => ({ CopyObjectResult: { ETag: 'e' } })
    await client.send(new CopyObjectCommand({ ...key, CopySource: '/b/o' }))
    assert.equal(server.last.operation, 'CopyObject')
    server.answer = () => ({ Location: 'l' })
    await client.send(
      new CompleteMultipartUploadCommand({
        ...key,
        UploadId: 'u',
        MultipartUpload: { Parts: [{ ETag: 'a', PartNumber: 1 }, { PartNumber: 2 }] },
      }),
    )
    assert.equal(server.last.operation, 'CompleteMultipartUpload')
    assert.deepEqual(server.last.input?.['MultipartUpload'], {
      Parts: [{ ETag: 'a', PartNumber: 1 }, { PartNumber: 2 }],
    })
  })

  test('XML bodies: flattened and nested lists, booleans, text that needs escaping', async () => {
    server.answer = () => ({ Deleted: [{ Key: '<&>"\'' }, { Key: 'ü\r\n💥' }] })
    const Delete = { Objects: [{ Key: '<&>"\'' }, { Key: ' ü ' }], Quiet: true }
    const output = await client.send(new DeleteObjectsCommand({ Bucket: 'b', Delete }))
    assert.deepEqual(server.last.input?.['Delete'], Delete)
    assert.deepEqual(output.Deleted, [{ Key: '<&>"\'' }, { Key: 'ü\r\n💥' }])
    const Tagging = { TagSet: [{ Key: 'a', Value: '' }] }
    server.answer = () => ({})
    await client.send(new PutBucketTaggingCommand({ Bucket: 'b', Tagging }))
    assert.deepEqual(server.last.input?.['Tagging'], Tagging)
  })

  test('listings: flattened lists of structures, numbers, dates', async () => {
    const contents = [
      { Key: 'a', Size: 0, LastModified: new Date(1_700_000_000_123), ETag: '"x"' },
      { Key: 'b', Size: 2 ** 40, LastModified: new Date(0), ETag: '"y"' },
    ]
    server.answer = () => ({
      Contents: contents,
      CommonPrefixes: [{ Prefix: 'p/' }],
      IsTruncated: false,
      KeyCount: 2,
    })
    const output = await client.send(
      new ListObjectsV2Command({ Bucket: 'b', Prefix: 'a b&c', MaxKeys: 5 }),
    )
    assert.equal(server.last.operation, 'ListObjectsV2')
    assert.deepEqual(server.last.input, { Bucket: 'b', Prefix: 'a b&c', MaxKeys: 5 })
    assert.deepEqual(output.Contents, contents)
    assert.deepEqual(output.CommonPrefixes, [{ Prefix: 'p/' }])
    assert.equal(output.IsTruncated, false)
    server.answer = () => ({ Buckets: [{ Name: 'x' }] })
    const buckets = await client.send(new ListBucketsCommand({}))
    assert.deepEqual(buckets.Buckets, [{ Name: 'x' }])
  })

  test('XML attributes', async () => {
    const Grants = [
      { Grantee: { Type: 'CanonicalUser' as const, ID: 'i' }, Permission: 'READ' as const },
    ]
    server.answer = () => ({ Grants, Owner: { ID: 'o' } })
    await client.send(new PutBucketAclCommand({ Bucket: 'b', AccessControlPolicy: { Grants } }))
    assert.deepEqual(server.last.input?.['AccessControlPolicy'], { Grants })
    const output = await client.send(new GetBucketAclCommand({ Bucket: 'b' }))
    assert.deepEqual(output.Grants, Grants)
    assert.deepEqual(output.Owner, { ID: 'o' })
  })

  test('errors, with a body and for HEAD', async () => {
    server.answer = () => {
      throw new ServiceError('NoSuchKey', 'The specified key does not exist.', {
        fields: { Key: '<k>' },
      })
    }
    const key = { Bucket: 'b', Key: 'k' }
    await assert.rejects(client.send(new GetObjectCommand(key)), (error) => {
      assert.ok(error instanceof NoSuchKey)
      assert.equal(error.message, 'The specified key does not exist.')
      assert.equal(error.$metadata.httpStatusCode, 404)
      assert.equal((error as { Key?: string }).Key, '<k>')
      return true
    })
    await assert.rejects(client.send(new HeadObjectCommand(key)), (error: NoSuchKey) => {
      assert.equal(error.$metadata.httpStatusCode, 404)
      return true
    })
  })

  test('event streams: payloads and XML events', async () => {
    server.answer = () => ({
      Payload: (async function* () {
        yield { Records: { Payload: Buffer.from('row') } }
        yield { Stats: { Details: { BytesScanned: 5, BytesReturned: 3 } } }
        yield { End: {} }
      })(),
    })
    const output = await client.send(
      new SelectObjectContentCommand({
        Bucket: 'b',
        Key: 'k',
        Expression: 'SELECT * FROM s3object s WHERE s.a < 1',
        ExpressionType: 'SQL',
        InputSerialization: { JSON: { Type: 'LINES' } },
        OutputSerialization: { CSV: { FieldDelimiter: '\t' } },
      }),
    )
    assert.equal(server.last.input?.['Expression'], 'SELECT * FROM s3object s WHERE s.a < 1')
    assert.deepEqual(server.last.input?.['OutputSerialization'], { CSV: { FieldDelimiter: '\t' } })
    const events: SelectObjectContentEventStream[] = []
    for await (const event of output.Payload ?? []) events.push(event)
    assert.equal(Buffer.from(events[0]?.Records?.Payload ?? []).toString(), 'row')
    assert.deepEqual(events[1]?.Stats?.Details, { BytesScanned: 5, BytesReturned: 3 })
    assert.deepEqual(events[2]?.End, {})
  })

  test('bodies that are no XML, or not well-formed, are MalformedXML', async () => {
    const doctype = '<!DOCTYPE a [<!ENTITY b "c">]><Tagging>&b;</Tagging>'
    const bodies = [
      '<a',
      '<a></b>',
      'x',
      '<a/><b/>',
      doctype,
      '<a>&nope;</a>',
      '<a b=c/>',
      '<Tagging>&amp</Tagging>',
    ]
    for (const body of [...bodies, `${'<a>'.repeat(500)}${'</a>'.repeat(500)}`]) {
      const response = await fetch(`${server.endpoint}/b?tagging`, { method: 'PUT', body })
      assert.equal(response.status, 400, body.slice(0, 50))
      assert.match(await response.text(), /<Code>MalformedXML<\/Code>/, body.slice(0, 50))
    }
  })
})
