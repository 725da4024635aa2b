import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'

import { DataDirectoryError, openDataDirectory } from './data-directory.ts'

let parent = ''
let path = ''
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'data-directory-'))
  path = join(parent, 'nested', 'data')
})
afterEach(() => rm(parent, { recursive: true, force: true }))

const refusal = (words: RegExp) => (error: unknown) =>
  error instanceof DataDirectoryError && words.test(error.message)

test('is made for its owner alone, with its layout, and can be opened again', async () => {
  await using directory = await openDataDirectory(path)
  assert.equal((await stat(path)).mode & 0o777, 0o700)
  for (const inside of [directory.blobs, directory.run]) {
    assert.equal((await stat(inside)).mode & 0o777, 0o700)
  }
  assert.equal(await readFile(join(path, 'format'), 'utf8'), '1\n')
  await directory[Symbol.asyncDispose]()
  await using again = await openDataDirectory(path)
  assert.equal(again.database, join(path, 'lambdad.db'))
})

test('is refused to a second opening in the same process', async () => {
  await using _directory = await openDataDirectory(path)
  await assert.rejects(openDataDirectory(path), refusal(/already open in this very process/))
  await assert.rejects(openDataDirectory(`${path}/../data`), DataDirectoryError)
})

test('is refused while another process holds it, by its pid, and free once that was killed', async () => {
  const source = new URL('./data-directory.ts', import.meta.url).href
  const program = `
    const { openDataDirectory } = await import(${JSON.stringify(source)})
    await openDataDirectory(${JSON.stringify(path)})
    process.stdout.write('open')
    process.stdin.resume()`
  const holder = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(holder.stdout, 'data')
  const words = new RegExp(
    `in use by another lambdad \\(pid ${holder.pid}\\)\\. Stop it \\(kill ${holder.pid}\\)`,
  )
  await assert.rejects(openDataDirectory(path), refusal(words))
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  await using _directory = await openDataDirectory(path)
})

test('a directory with something else in it is refused and left as it is', async () => {
  await mkdir(path, { recursive: true })
  await chmod(path, 0o755)
  await writeFile(join(path, 'thesis.txt'), 'x')
  await assert.rejects(openDataDirectory(path), refusal(/not lambdad's/))
  assert.equal((await stat(path)).mode & 0o777, 0o755)
})

test('an empty directory that is there, such as a mounted volume, is taken and closed to others', async () => {
  await mkdir(join(path, 'lost+found'), { recursive: true })
  await chmod(path, 0o755)
  await using _directory = await openDataDirectory(path)
  assert.equal((await stat(path)).mode & 0o777, 0o700)
})

test('a first start that was interrupted is taken up', async () => {
  await mkdir(path, { recursive: true })
  await writeFile(join(path, 'format.new'), '')
  await using _directory = await openDataDirectory(path)
  assert.equal(await readFile(join(path, 'format'), 'utf8'), '1\n')
})

test('a newer or damaged format is refused, and the lock let go', async () => {
  await (await openDataDirectory(path))[Symbol.asyncDispose]()
  await writeFile(join(path, 'format'), '2\n')
  await assert.rejects(
    openDataDirectory(path),
    refusal(/newer lambdad \(format 2, this one knows 1\)/),
  )
  await writeFile(join(path, 'format'), 'x')
  await assert.rejects(openDataDirectory(path), refusal(/damaged/))
  await writeFile(join(path, 'format'), '1\n')
  await using _directory = await openDataDirectory(path)
})
