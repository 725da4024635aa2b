import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { after, before, test } from 'node:test'
import { zip } from '../../test/kit/zip.ts'
import type { BlobId } from '../kernel/brand.ts'
import { PreparationError } from '../kernel/ports.ts'
import { BlobError, type Blobs } from '../store/store.ts'
import { CodeCache } from './code-cache.ts'

let root: string

before(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'lambdad-code-'))
})
after(() => rm(root, { recursive: true, force: true }))

function blobs(contents: Record<string, Uint8Array>) {
  let reads = 0
  const store: Blobs = {
    put: async () => 'unused' as BlobId,
    delete: async () => undefined,
    async *list() {},
    get: async (id) => {
      reads += 1
      const found = contents[id]
      if (!found) throw new BlobError(`there is no blob ${id}`)
      return found
    },
  }
  return { store, reads: () => reads }
}

test('a package is unpacked once for all its users, with its modes, and removed after the last', async () => {
  const { store, reads } = blobs({ abc: zip({ 'index.mjs': 'x', 'bin/bootstrap': '#!/bin/sh\n' }) })
  const cache = new CodeCache(store, root)
  const id = 'abc' as BlobId
  const [one, two] = await Promise.all([cache.acquire(id), cache.acquire(id)])
  assert.equal(one, two)
  assert.equal(reads(), 1)
  assert.equal(await readFile(path.join(one, 'index.mjs'), 'utf8'), 'x')
  assert.equal((await stat(path.join(one, 'bin/bootstrap'))).mode & 0o777, 0o755)
  cache.release(id)
  assert.ok(existsSync(one))
  cache.release(id)
  // A new user right away gets a directory of its own, not the one that is going.
  const again = await cache.acquire(id)
  assert.notEqual(again, one)
  while (existsSync(one)) await wait(5)
  assert.ok(existsSync(again))
})

test('what is no package, or is not there, is told in the words of a state, and leaves nothing', async () => {
  const { store } = blobs({ bad: new TextEncoder().encode('no zip at all') })
  const cache = new CodeCache(store, path.join(root))
  const present = await readdir(root)
  await assert.rejects(cache.acquire('bad' as BlobId), (error: unknown) => {
    assert.ok(error instanceof PreparationError)
    assert.equal(error.code, 'InvalidZipFileException')
    return true
  })
  await assert.rejects(cache.acquire('none' as BlobId), { code: 'InternalError' })
  assert.deepEqual(await readdir(root), present)
})
