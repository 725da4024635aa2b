/** What a version brings, as its sandboxes see it; expected order of packages: docs ("Working with layers for Node.js"). */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { zip } from '../../test/kit/zip.ts'
import type { BlobId } from '../kernel/brand.ts'
import type { RunnableVersion, RuntimeImage } from '../kernel/ports.ts'
import { BlobError, type Blobs } from '../store/store.ts'
import { CodeCache } from './code-cache.ts'
import { holdFunctionFiles } from './function-files.ts'

let root: string
let cache: CodeCache

before(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'lambdad-files-'))
  cache = new CodeCache(blobs, root)
})
after(() => rm(root, { recursive: true, force: true }))

const contents: Readonly<Record<string, Uint8Array>> = {
  code: zip({ 'index.mjs': '' }),
  packages: zip({
    'nodejs/node_modules/both/index.js': '',
    'nodejs/node_modules/@scope/one/index.js': '',
    'nodejs/node24/node_modules/both/index.js': '',
  }),
  plain: zip({ 'lib/x': '' }),
}

const blobs: Blobs = {
  put: async () => 'unused' as BlobId,
  delete: async () => undefined,
  async *list() {},
  async get(id) {
    const found = contents[id]
    if (!found) throw new BlobError(`there is no blob ${id}`)
    return found
  },
}

const node = {
  layerPackages: {
    from: ['/opt/nodejs/node24/node_modules', '/opt/nodejs/node_modules'],
    target: '/var/node_modules',
  },
} as unknown as RuntimeImage
const other = {} as RuntimeImage

const versionOf = (...layers: string[]) => ({ code: 'code', layers }) as unknown as RunnableVersion

async function hold(version: RunnableVersion, image: RuntimeImage) {
  return await holdFunctionFiles(cache, version, image)
}

test('a version without layers has its code alone', async () => {
  using files = await hold(versionOf(), node)
  assert.deepEqual(
    files.mounts.map(({ target }) => target),
    ['/var/task'],
  )
})

test('packages of layers are linked for languages that look for them elsewhere', async () => {
  using files = await hold(versionOf('plain', 'packages'), node)
  assert.deepEqual(
    files.mounts.map(({ target }) => target),
    ['/var/task', '/opt', '/var/node_modules'],
  )
  const links = files.mounts[2]?.source ?? ''
  assert.deepEqual((await readdir(links)).toSorted(), ['@scope', 'both'])
  // That of the version's own directory comes first.
  assert.equal(await readlink(path.join(links, 'both')), '/opt/nodejs/node24/node_modules/both')
  assert.equal(
    await readlink(path.join(links, '@scope/one')),
    '/opt/nodejs/node_modules/@scope/one',
  )
})

test('no links where there is nothing to link, or nobody who wants them', async () => {
  for (const [version, image] of [
    [versionOf('plain'), node],
    [versionOf('packages'), other],
  ] as const) {
    using files = await hold(version, image)
    assert.deepEqual(
      files.mounts.map(({ target }) => target),
      ['/var/task', '/opt'],
    )
  }
})

test('nothing is kept when it is given back, or when it cannot be had', async () => {
  const files = await hold(versionOf('plain', 'packages'), node)
  files[Symbol.dispose]()
  while (files.mounts.some(({ source }) => existsSync(source))) await wait(5)
  await assert.rejects(hold(versionOf('none'), node), { code: 'InternalError' })
  while ((await readdir(root)).length > 0) await wait(5)
})
