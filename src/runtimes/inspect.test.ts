import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { systemClock } from '../kernel/clock.ts'
import { silentLog } from '../kernel/log.ts'
import type { RuntimeFinding } from '../kernel/reports.ts'
import { nodePackages } from './node-package.mjs'
import { createRuntimeProvider } from './index.ts'
import { inspectRuntimes } from './inspect.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lambdad-inspect-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function inspect(fallback: boolean): Promise<Map<string, RuntimeFinding>> {
  const places = { path: '', collections: [join(folder, 'pythons')], folders: [] }
  const all = await inspectRuntimes({ cacheDirectory: join(folder, 'cache'), fallback, places })
  return new Map(all.map((each) => [each.runtime, each]))
}

function installNode(directory: string, version: string): void {
  mkdirSync(join(folder, 'cache/runtimes', directory), { recursive: true })
  writeFileSync(join(folder, 'cache/runtimes', directory, 'version'), `${version}\n`)
}

function installPython(version: string): string {
  const prefix = join(folder, 'pythons', `${version}.7`)
  mkdirSync(join(prefix, `lib/python${version}/site-packages`), { recursive: true })
  mkdirSync(join(prefix, 'bin'))
  const program = join(prefix, 'bin', `python${version}`)
  const script = `#!/bin/sh\nprintf 'cpython\\n${version}.7\\n${prefix}\\n'\n`
  writeFileSync(program, script, { mode: 0o755 })
  return program
}

describe('what serves each runtime', () => {
  it('is told of every runtime that the provider knows', async () => {
    const provider = createRuntimeProvider({
      cacheDirectory: join(folder, 'cache'),
      bootstrapDirectory: join(folder, 'bootstraps'),
      clock: systemClock,
      log: silentLog,
      runtimeFallback: true,
    })
    const all = await inspect(true)
    for (const identifier of provider.identifiers) assert.ok(all.has(identifier), identifier)
  })

  it('is the pinned Node.js, once it was fetched, or a copy of the host’s own', async () => {
    const { version } = nodePackages['24']!
    const before = (await inspect(false)).get('nodejs24.x')!
    assert.deepEqual([before.state, before.program, before.version], ['served', undefined, version])
    assert.match(before.note ?? '', /^fetched from npm/)
    installNode('node-24', version)
    assert.deepEqual((await inspect(false)).get('nodejs24.x'), {
      runtime: 'nodejs24.x',
      state: 'served',
      version,
      program: join(folder, 'cache/runtimes/node-24/bin/node'),
    })
    installNode('node-22-of-host', '22.1.0')
    const copy = (await inspect(false)).get('nodejs22.x')!
    assert.equal(copy.program, join(folder, 'cache/runtimes/node-22-of-host/bin/node'))
    assert.match(copy.note ?? '', /npm could not be reached$/)
  })

  it('is the Python of the version, or with a fallback the nearest', async () => {
    const program = installPython('3.12')
    const exact = await inspect(false)
    assert.deepEqual(exact.get('python3.12'), {
      runtime: 'python3.12',
      state: 'served',
      version: '3.12.7',
      program,
    })
    const missing = exact.get('python3.13')!
    assert.equal(missing.state, 'missing')
    assert.match(
      missing.note ?? '',
      /install it \(pyenv install 3\.13, .* --runtime-fallback on\.$/,
    )
    assert.deepEqual((await inspect(true)).get('python3.13'), {
      runtime: 'python3.13',
      state: 'fallback',
      version: '3.12.7',
      program,
      note: 'no Python 3.13 here: 3.12.7 stands in for it',
    })
  })
})
