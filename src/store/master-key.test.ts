import assert from 'node:assert/strict'
import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'

import { MasterKeyError, openMasterKey } from './master-key.ts'

let directory = ''
let file = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'key-'))
  file = join(directory, 'key')
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const refusal = (words: RegExp) => (error: unknown) =>
  error instanceof MasterKeyError && words.test(error.message)

test('is made once, for its owner alone, and is the same afterwards', async () => {
  const made = await openMasterKey(file, 'create')
  const read = await openMasterKey(file, 'refuse')
  assert.deepEqual(made.derive('a'), read.derive('a'))
  assert.notDeepEqual(made.derive('a'), made.derive('b'))
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  assert.match(await readFile(file, 'utf8'), /^[0-9a-f]{64}\n$/)
  assert.deepEqual(await readdir(directory), ['key'])
})

test('two are never the same', async () => {
  const one = await openMasterKey(file, 'create')
  const two = await openMasterKey(join(directory, 'other'), 'create')
  assert.notDeepEqual(one.derive('a'), two.derive('a'))
})

test('derives as RFC 5869 says', async () => {
  await writeFile(file, '0b'.repeat(32), { mode: 0o600 })
  const key = await openMasterKey(file, 'refuse')
  // HKDF-SHA-256 over 32 octets 0x0b, no salt, info "lambdad", 32 octets; computed with Python's hmac.
  const expected = 'd9273f9c8e22c798f7f1f178546b2b8807b07f7515726783f8674d1d9f2e5586'
  assert.equal(Buffer.from(key.derive('lambdad')).toString('hex'), expected)
})

test('a file that others may read is refused, with the command that mends it', async () => {
  await openMasterKey(file, 'create')
  for (const mode of [0o640, 0o604, 0o620]) {
    await chmod(file, mode)
    await assert.rejects(openMasterKey(file, 'create'), refusal(/open to other users.*chmod 600 /))
  }
})

test('what is no key is refused, and a key that the operator named is not made', async () => {
  await assert.rejects(openMasterKey(file, 'refuse'), refusal(/There is no key file/))
  assert.deepEqual(await readdir(directory), [])
  for (const text of ['', 'secret', 'a'.repeat(63), 'a'.repeat(65), 'a'.repeat(1000)]) {
    await writeFile(file, text, { mode: 0o600 })
    await assert.rejects(openMasterKey(file, 'create'), refusal(/64 hex digits/))
  }
  await assert.rejects(openMasterKey(directory, 'refuse'), refusal(/not a regular file/))
})
