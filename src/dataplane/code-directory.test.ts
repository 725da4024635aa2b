import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { silentLog } from '../kernel/log.ts'
import { CodeDirectory } from './code-directory.ts'

let root: string

before(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'lambdad-code-directory-'))
})
after(() => rm(root, { recursive: true, force: true }))

/** As a server leaves it: packages of one file each. */
async function leave(directory: string, packages: number): Promise<void> {
  for (let index = 0; index < packages; index += 1) {
    const unpacked = path.join(directory, `package-${index}`)
    await mkdir(unpacked, { recursive: true })
    await writeFile(path.join(unpacked, 'index.mjs'), 'x')
  }
}

test('is empty, and nothing of an earlier server has gone yet when it is there', async () => {
  const place = path.join(root, 'one')
  const first = await CodeDirectory.open(place, silentLog)
  await leave(first.path, 3)
  await first[Symbol.asyncDispose]()
  await using second = await CodeDirectory.open(place, silentLog)
  assert.notEqual(second.path, first.path)
  assert.deepEqual(await readdir(second.path), [])
  assert.equal((await readdir(first.path)).length, 3)
  for (const each of [place, second.path]) assert.equal((await stat(each)).mode & 0o777, 0o711)
})

test('clears away what earlier servers left, whether each had a directory of its own or not', async () => {
  const place = path.join(root, 'two')
  // Before each had one, packages lay in the place itself.
  await leave(place, 2)
  await leave(path.join(place, 'of-an-earlier-server'), 3)
  await writeFile(path.join(place, 'of-an-earlier-server', 'loose'), 'x')
  await writeFile(path.join(place, 'a-stray-file'), 'x')
  const directory = await CodeDirectory.open(place, silentLog)
  await leave(directory.path, 1)
  directory.clear()
  directory.clear()
  while ((await readdir(place)).length > 1) await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(await readdir(place), [path.basename(directory.path)])
  assert.equal((await readdir(directory.path)).length, 1)
  await directory[Symbol.asyncDispose]()
})

test('is left to the next server by one that ends at once', async () => {
  const place = path.join(root, 'three')
  await leave(path.join(place, 'of-an-earlier-server'), 200)
  const hasty = await CodeDirectory.open(place, silentLog)
  hasty.clear()
  await hasty[Symbol.asyncDispose]()
  assert.equal((await readdir(path.join(place, 'of-an-earlier-server'))).length, 200)
  await using next = await CodeDirectory.open(place, silentLog)
  next.clear()
  while ((await readdir(place)).length > 1) await new Promise((resolve) => setImmediate(resolve))
})
