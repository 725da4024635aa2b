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

test('layers are merged once for all who have the same list, and live as long as one of these', async () => {
  const { store, reads } = blobs({
    one: zip({ 'lib/a': '1', 'lib/b': '1' }),
    two: zip({ 'lib/b': '2' }),
  })
  const cache = new CodeCache(store, root)
  const [a, b] = ['one', 'two'] as BlobId[]
  assert.ok(a && b)
  const [first, second] = await Promise.all([
    cache.acquireLayers([a, b]),
    cache.acquireLayers([a, b]),
  ])
  assert.equal(first, second)
  assert.equal(reads(), 2)
  assert.equal(await readFile(path.join(first, 'lib/a'), 'utf8'), '1')
  assert.equal(await readFile(path.join(first, 'lib/b'), 'utf8'), '2')
  const turned = await cache.acquireLayers([b, a])
  assert.equal(await readFile(path.join(turned, 'lib/b'), 'utf8'), '1')
  cache.releaseLayers([a, b])
  assert.ok(existsSync(first))
  cache.releaseLayers([a, b])
  while (existsSync(first)) await wait(5)
  assert.ok(existsSync(turned))
})

test('one layer is what is unpacked of it', async () => {
  const { store } = blobs({ one: zip({ a: '1' }) })
  const cache = new CodeCache(store, root)
  const layer = 'one' as BlobId
  const code = await cache.acquire(layer)
  assert.equal(await cache.acquireLayers([layer]), code)
  cache.release(layer)
  assert.ok(existsSync(code))
  cache.releaseLayers([layer])
  while (existsSync(code)) await wait(5)
})

test('of layers of which one cannot be had nothing is kept', async () => {
  const { store } = blobs({ one: zip({ a: '1' }) })
  const own = await mkdtemp(path.join(os.tmpdir(), 'lambdad-code-'))
  try {
    const cache = new CodeCache(store, own)
    const layers = ['one', 'none'] as BlobId[]
    await assert.rejects(cache.acquireLayers(layers), { code: 'InternalError' })
    while ((await readdir(own)).length > 0) await wait(5)
    assert.equal(
      await readFile(path.join(await cache.acquireLayers(['one' as BlobId]), 'a'), 'utf8'),
      '1',
    )
  } finally {
    await rm(own, { recursive: true })
  }
})
