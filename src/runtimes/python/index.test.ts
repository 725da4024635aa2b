import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { systemClock } from '../../kernel/clock.ts'
import { type Log, silentLog } from '../../kernel/log.ts'
import { PreparationError } from '../../kernel/ports.ts'
import { nearestFirst } from './finder.ts'
import { type PythonOptions, PythonRuntimes } from './index.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lambdad-pythons-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A Python that answers as this version does, and for which everything else succeeds. */
function install(version: string): string {
  const prefix = join(folder, 'versions', `${version}.7`)
  mkdirSync(join(prefix, `lib/python${version}/site-packages`), { recursive: true })
  mkdirSync(join(prefix, 'bin'), { recursive: true })
  const path = join(prefix, 'bin', `python${version}`)
  writeFileSync(
    path,
    `#!/bin/sh
case "$*" in
  *compileall*) ;;
  *pip*) while [ "$1" != --target ]; do shift; done; mkdir "$2" ;;
  *) printf 'cpython\\n${version}.7\\n${prefix}\\n' ;;
esac
`,
    { mode: 0o755 },
  )
  return path
}

function runtimes(more: Partial<PythonOptions> = {}): PythonRuntimes {
  return new PythonRuntimes({
    cacheDirectory: join(folder, 'cache'),
    bootstrapDirectory: join(folder, 'bootstrap'),
    clock: systemClock,
    log: silentLog,
    fallback: false,
    places: { path: '', collections: [join(folder, 'versions')], folders: [] },
    ...more,
  })
}

test('the nearest version: the next newer ones, then the next older ones', () => {
  assert.deepEqual(nearestFirst('3.12'), ['3.12', '3.13', '3.14', '3.11', '3.10'])
  assert.deepEqual(nearestFirst('3.14'), ['3.14', '3.13', '3.12', '3.11', '3.10'])
  assert.deepEqual(nearestFirst('3.10'), ['3.10', '3.11', '3.12', '3.13', '3.14'])
})

test('only versions that are here can be used, unless there is a fallback', () => {
  install('3.11')
  install('3.13')
  assert.deepEqual(runtimes().identifiers, ['python3.13', 'python3.11'])
  assert.deepEqual(runtimes({ fallback: true }).identifiers, [
    'python3.14',
    'python3.13',
    'python3.12',
    'python3.11',
    'python3.10',
  ])
  rmSync(join(folder, 'versions'), { recursive: true })
  assert.deepEqual(runtimes({ fallback: true }).identifiers, [])
})

test('an image of the version that was asked for, and its hash', async () => {
  install('3.12')
  const here = runtimes()
  const image = await here.prepare('python3.12')
  assert.equal(image.versionLabel, 'python:3.12.v3.12.7')
  assert.equal(image.fallbackOf, undefined)
  assert.equal(image.versionHash, here.versionHash('python3.12'))
  assert.match(image.versionHash!, /^[0-9a-f]{64}$/)
  assert.ok(image.mounts.some(({ source }) => source === join(folder, 'bootstrap')))
  assert.equal(here.versionHash('python3.14'), undefined)
  const before = image.versionHash
  writeFileSync(install('3.12'), '#!/bin/sh\n# another build\n')
  assert.notEqual(here.versionHash('python3.12'), before)
})

test('a version that is not here: in words, with what was found and what to do', async () => {
  writeFileSync(join(folder, 'python3.14'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  const places = { path: folder, collections: ['/x/versions'], folders: ['/y'] }
  await assert.rejects(runtimes({ places }).prepare('python3.14'), (error: Error) => {
    assert.ok(error instanceof PreparationError)
    assert.equal(error.code, 'InvalidRuntime')
    assert.match(
      error.message,
      /^python3\.14 needs a Python 3\.14 on this machine: none found in PATH, \/x\/versions, \/y \(.*\/python3\.14 does not run \(.*\)\); install it \(pyenv install 3\.14, uv python install 3\.14, or python3\.14 of your distribution\), or start with --runtime-fallback on\.$/,
    )
    return true
  })
})

test('a fallback is told by the image and in the log', async () => {
  install('3.13')
  const warnings: string[] = []
  const log: Log = { ...silentLog, warn: (_, message) => void warnings.push(message) }
  const image = await runtimes({ fallback: true, log }).prepare('python3.14')
  assert.equal(image.fallbackOf, 'python3.14')
  assert.equal(image.versionLabel, 'python:3.14.v3.13.7')
  assert.deepEqual(warnings, ['no python3.14 here: going on with 3.13.7'])
})
