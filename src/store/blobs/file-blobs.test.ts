import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, readdir, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'

import fc from '../../../test/kit/fast-check.ts'

import type { BlobId } from '../../kernel/brand.ts'
import { MasterKey, MasterKeyError } from '../master-key.ts'
import { BlobError } from '../store.ts'
import type { Blobs } from '../store.ts'
import { sliceBytes } from './blob-format.ts'
import { openFileBlobs } from './file-blobs.ts'

const key = new MasterKey(Buffer.alloc(32, 1))
let directory = ''
let blobs: Blobs
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'blobs-'))
  blobs = await openFileBlobs(directory, key)
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const bytes = Buffer.from('exports.handler = async () => "secret"')
const fileOf = (id: BlobId): string => join(directory, id.slice(0, 2), id.slice(2, 4), id)
const damage = (words: RegExp) => (error: unknown) =>
  error instanceof BlobError && words.test(error.message)

test('is named by its SHA-256, unreadable on disk, and comes back whole', async () => {
  const id = await blobs.put(bytes)
  assert.equal(id, createHash('sha256').update(bytes).digest('hex'))
  assert.deepEqual(Buffer.from(await blobs.get(id)), bytes)
  const onDisk = await readFile(fileOf(id))
  assert.equal(onDisk.includes('secret'), false)
  assert.equal((await stat(fileOf(id))).mode & 0o777, 0o600)
  assert.deepEqual(await readdir(join(directory, 'tmp')), [])
})

test('any bytes come back as they went in, also around the size of a slice', async () => {
  const sizes = fc.constantFrom(
    0,
    1,
    sliceBytes - 1,
    sliceBytes,
    sliceBytes + 1,
    2 * sliceBytes + 7,
  )
  await fc.assert(
    fc.asyncProperty(
      sizes,
      fc.uint8Array({ minLength: 1, maxLength: 50 }),
      async (size, pattern) => {
        const any = Buffer.alloc(size, pattern)
        assert.ok(Buffer.from(await blobs.get(await blobs.put(any))).equals(any))
      },
    ),
    { numRuns: 40 },
  )
})

test('put twice, also at once, is one blob, written once', async () => {
  const [id, same] = await Promise.all([blobs.put(bytes), blobs.put(bytes)])
  assert.equal(id, same)
  const { ino } = await stat(fileOf(id))
  await blobs.put(bytes)
  assert.equal((await stat(fileOf(id))).ino, ino)
})

test('deleted, it is missing; deleting it again does nothing; it can be put again', async () => {
  const id = await blobs.put(bytes)
  await Promise.all([blobs.delete(id), blobs.delete(id)])
  await assert.rejects(blobs.get(id), damage(/There is no blob/))
  await blobs.delete(id)
  await blobs.put(bytes)
  assert.deepEqual(Buffer.from(await blobs.get(id)), bytes)
})

test('every bit of the file that is flipped is noticed', async () => {
  const id = await blobs.put(bytes)
  const sound = await readFile(fileOf(id))
  for (let at = 0; at < sound.length; at++) {
    const bad = Buffer.from(sound)
    bad[at] = (bad[at] ?? 0) ^ (1 << (at % 8))
    await writeFile(fileOf(id), bad)
    await assert.rejects(blobs.get(id), BlobError)
  }
})

test('a cut file is noticed, and mended by putting the bytes again', async () => {
  const id = await blobs.put(bytes)
  const { size } = await stat(fileOf(id))
  for (const length of [0, 10, size - 1]) {
    await truncate(fileOf(id), length)
    await assert.rejects(blobs.get(id), damage(/damaged/))
    await blobs.put(bytes)
    assert.deepEqual(Buffer.from(await blobs.get(id)), bytes)
  }
})

test('one blob does not pass for another', async () => {
  const [one, other] = [await blobs.put(bytes), await blobs.put(Buffer.from('other'))]
  await rename(fileOf(one), fileOf(other))
  await assert.rejects(blobs.get(other), damage(/damaged/))
})

test('what a dead server was writing is removed at open', async () => {
  const id = await blobs.put(bytes)
  await writeFile(join(directory, 'tmp', 'half'), 'half a blob')
  blobs = await openFileBlobs(directory, key)
  assert.deepEqual(await readdir(join(directory, 'tmp')), [])
  assert.deepEqual(Buffer.from(await blobs.get(id)), bytes)
})

test('another key is refused at open, with both ids', async () => {
  const other = new MasterKey(Buffer.alloc(32, 2))
  const isRefusal = (error: unknown): boolean =>
    error instanceof MasterKeyError &&
    /not the one.*its id is \w{16}, theirs is \w{16}/.test(error.message)
  await assert.rejects(openFileBlobs(directory, other), isRefusal)
})

test('a blob of another key, copied in, says so', async () => {
  const id = await blobs.put(bytes)
  const elsewhere = await mkdtemp(join(tmpdir(), 'blobs-'))
  try {
    const theirs = await openFileBlobs(elsewhere, new MasterKey(Buffer.alloc(32, 2)))
    await theirs.put(bytes)
    await writeFile(fileOf(id), await readFile(join(elsewhere, id.slice(0, 2), id.slice(2, 4), id)))
    await assert.rejects(blobs.get(id), damage(/another key/))
  } finally {
    await rm(elsewhere, { recursive: true, force: true })
  }
})

test('an id that is a path is a mistake of ours', async () => {
  await assert.rejects(blobs.get('../../etc/passwd' as BlobId), { name: 'AssertionError' })
  await assert.rejects(blobs.delete('../key' as BlobId), { name: 'AssertionError' })
})
