import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { type Log, silentLog } from '../../kernel/log.ts'
import { FakeClock } from '../../../test/kit/fake-clock.ts'
import type { Interpreter } from './interpreters.ts'
import { PythonSdk, type SdkOptions } from './sdk.ts'

let folder: string
let clock: FakeClock
let warnings: object[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lambdad-sdk-'))
  clock = new FakeClock()
  warnings = []
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A Python of which `-m pip` runs these lines (`$target` is where to install to) and `-m compileall` is recorded. */
function fakePython(pip: string, fullVersion = '3.12.1'): Interpreter {
  const executable = join(folder, `python-${fullVersion}`)
  writeFileSync(
    executable,
    `#!/bin/sh
echo "$@" >>'${folder}/calls'
case "$*" in *compileall*) exit 0 ;; esac
while [ "$1" != --target ]; do shift; done
target=$2
${pip}
`,
  )
  chmodSync(executable, 0o755)
  return { version: '3.12', fullVersion, executable, prefix: folder, isShared: false }
}

const installs = `mkdir -m 700 "$target" && echo 'x = 1' >"$target/boto3.py"`
const withoutPip = `echo 'python: No module named pip' >&2; exit 1`

function sdk(more: Partial<SdkOptions> = {}): PythonSdk {
  const log: Log = { ...silentLog, warn: (fields) => void warnings.push(fields) }
  return new PythonSdk({ cacheDirectory: join(folder, 'cache'), clock, log, ...more })
}

const calls = (): string[] => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')
const pipCalls = (): string[] => calls().filter((call) => call.includes(' -m pip '))
const kept = (): string[] => readdirSync(join(folder, 'cache/runtimes')).toSorted()
const none = async (): Promise<Interpreter[]> => []

test('what is pinned is installed once, for all, and readable in sandboxes', async () => {
  const given = sdk()
  const python = fakePython(installs)
  const [first, second] = await Promise.all([given.for(python, none), given.for(python, none)])
  assert.equal(first, second)
  assert.equal(await sdk().for(python, none), first)
  assert.match(first, /\/cache\/runtimes\/python-sdk-[0-9a-f]{12}$/)
  assert.equal(readFileSync(join(first, 'boto3.py'), 'utf8'), 'x = 1\n')
  assert.equal(statSync(first).mode & 0o777, 0o755)
  assert.equal(kept().length, 1)
  const [call, ...more] = pipCalls()
  assert.deepEqual(more, [])
  assert.match(call!, /^-I -m pip install .*--require-hashes --no-deps --only-binary :all: /)
  assert.match(call!, /sdk-requirements\.txt$/)
})

test('each version of Python gets its compiled forms, once', async () => {
  const given = sdk()
  const packages = await given.for(fakePython(installs), none)
  await given.for(fakePython(installs, '3.13.0'), none)
  await given.for(fakePython(installs, '3.13.0'), none)
  const compiled = calls().filter((call) => call.includes('compileall'))
  assert.equal(compiled.length, 2)
  assert.ok(compiled.every((call) => call.endsWith(` unchecked-hash ${packages}`)))
  assert.equal(pipCalls().length, 1)
})

test('other requirements are another folder', async () => {
  const requirements = join(folder, 'requirements.txt')
  writeFileSync(requirements, 'six==1.17.0\n')
  const python = fakePython(installs)
  assert.notEqual(await sdk({ requirements }).for(python, none), await sdk().for(python, none))
  assert.equal(kept().length, 2)
})

test('a Python without pip borrows that of another', async () => {
  const other = fakePython(installs, '3.13.0')
  const third = fakePython(withoutPip, '3.10.1')
  const packages = await sdk().for(fakePython(withoutPip), async () => [third, other])
  assert.ok(existsSync(join(packages, 'boto3.py')))
  assert.equal(pipCalls().length, 3)
})

test('what cannot be fetched is done without, said once, and tried again later', async () => {
  const given = sdk()
  const offline = fakePython(`echo 'ERROR: No matching distribution found' >&2; exit 1`)
  const empty = await given.for(offline, none)
  assert.deepEqual(readdirSync(empty), [])
  assert.equal(await given.for(offline, none), empty)
  assert.equal(pipCalls().length, 1)
  assert.equal(warnings.length, 1)
  const { reason } = warnings[0] as { reason: string }
  assert.match(reason, /python-3\.12\.1 -m pip: ERROR: No matching distribution found$/)

  clock.advance(5 * 60_000)
  assert.equal(await given.for(offline, none), empty)
  assert.equal(pipCalls().length, 2)
  assert.equal(warnings.length, 1)
  clock.advance(5 * 60_000)
  const packages = await given.for(fakePython(installs), none)
  assert.ok(existsSync(join(packages, 'boto3.py')))
  assert.deepEqual(
    kept().filter((name) => name.startsWith('.')),
    [],
  )
})

test('without any pip the reason is that', async () => {
  const python = fakePython(withoutPip)
  await sdk().for(python, async () => [fakePython(withoutPip, '3.13.0')])
  assert.match((warnings[0] as { reason: string }).reason, /No module named pip$/)
})

test('what a killed server left is cleared away', async () => {
  // No process has a number beyond the kernel's limit of 2^22.
  mkdirSync(join(folder, 'cache/runtimes/.partial-4194305-x'), { recursive: true })
  await sdk().for(fakePython(installs), none)
  assert.deepEqual(
    kept().filter((name) => name.startsWith('.')),
    [],
  )
})

test('progress grows to its end', async () => {
  const shares: number[] = []
  const onProgress: SdkOptions['onProgress'] = ({ bytes, bytesTotal }) =>
    void shares.push(bytes / bytesTotal)
  await sdk({ onProgress }).for(fakePython(installs), none)
  assert.equal(shares.at(-1), 1)
  assert.deepEqual(
    shares,
    shares.toSorted((a, b) => a - b),
  )
})
