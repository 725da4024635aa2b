import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RuntimeFinding } from '../../kernel/reports.ts'
import { startTestServer } from '../../../test/kit/server.ts'
import { exitCodes } from '../failure.ts'
import { type Ended, TestDirectory, nobody, runCli } from '../test-support.ts'

/** A Python of this version, as a look at the machine takes it for one. */
function python(directory: TestDirectory, version: string): void {
  directory.write(`pyenv/versions/${version}.7/lib/python${version}/site-packages/x`, '')
  const prefix = `${directory.path}/pyenv/versions/${version}.7`
  const script = `#!/bin/sh\nprintf 'cpython\\n${version}.7\\n${prefix}\\n'\n`
  directory.write(`pyenv/versions/${version}.7/bin/python${version}`, script, 0o755)
}

async function byName(ended: Promise<Ended>): Promise<Map<string, RuntimeFinding>> {
  const { code, stdout, stderr } = await ended
  assert.equal(code, 0, stderr)
  const all = JSON.parse(stdout) as RuntimeFinding[]
  return new Map(all.map((each) => [each.runtime, each]))
}

describe('lambdad runtimes', () => {
  it('tells how a server serves them, or why not', async () => {
    const args = ['--isolation=process', '--runtime-fallback=off']
    await using server = await startTestServer({ args })
    const all = await byName(runCli(['runtimes', '--json', '--endpoint', server.url]))
    assert.match(all.get('nodejs24.x')?.version ?? '', /^24\./)
    assert.equal(all.get('nodejs24.x')?.state, 'served')
    assert.deepEqual(all.get('provided.al2023'), {
      runtime: 'provided.al2023',
      state: 'served',
      note: 'the function brings its own',
    })
    assert.ok(![...all.values()].some(({ state }) => state === 'fallback'))
    assert.equal(all.get('go1.x')?.note, 'AWS lets nobody use it any more')
    assert.equal(all.get('java25')?.state, 'unserved')
    const { stdout } = await runCli(['runtimes', '--endpoint', server.url])
    assert.match(stdout, /^served {4}nodejs24\.x +24\.\S+ /)
    assert.match(stdout, /\nunserved {2}lambdad does not serve it yet: .*\bjava25\b/)
    assert.match(stdout, new RegExp(`\n\nAs served by ${server.url}\\.\n$`))
  })

  it('tells without a server what one would do', async () => {
    using directory = new TestDirectory()
    python(directory, '3.13')
    // Before any other of this version that the machine may have.
    const env = {
      PYENV_ROOT: `${directory.path}/pyenv`,
      PATH: `${directory.path}/pyenv/versions/3.13.7/bin:/bin`,
      LAMBDAD_CACHE_DIR: `${directory.path}/cache`,
    }
    const all = await byName(runCli(['runtimes', '--json'], { env }))
    assert.deepEqual(all.get('python3.13'), {
      runtime: 'python3.13',
      state: 'served',
      version: '3.13.7',
      program: `${directory.path}/pyenv/versions/3.13.7/bin/python3.13`,
    })
    const { state, note } = all.get('nodejs24.x')!
    assert.equal(state, 'served')
    assert.match(note ?? '', /^fetched from npm \(\d+ MB\) when a function first needs it$/)
  })

  it('does not speak for a server that was named and is not there', async () => {
    const { code } = await runCli(['runtimes', '--endpoint', nobody])
    assert.equal(code, exitCodes.unreachable)
  })
})
