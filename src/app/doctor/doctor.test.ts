/** What the findings of this room make of what they see. As a whole: cli/commands/doctor.test.ts. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { systemClock } from '../../kernel/clock.ts'
import type { Finding, RuntimeFinding } from '../../kernel/reports.ts'
import { FakeClock } from '../../../test/kit/fake-clock.ts'
import { startTestServer } from '../../../test/kit/server.ts'
import { dataDirectoryFinding, portFinding, runDirectoryFinding } from './places.ts'
import { nodeRuntimesFinding, pythonRuntimesFinding } from './runtimes.ts'
import { trialFindings } from './trial.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lambdad-doctor-'))
  chmodSync(folder, 0o755)
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('places', () => {
  it('finds out through which directory users inside sandboxes cannot go', async () => {
    assert.equal((await runDirectoryFinding(join(folder, 'not/there/yet'))).state, 'ok')
    const closed = join(folder, 'closed')
    mkdirSync(closed, { mode: 0o700 })
    const finding = await runDirectoryFinding(join(closed, 'run'))
    assert.deepEqual([finding.state, finding.needed], ['missing', true])
    assert.equal(finding.mend, `chmod o+x ${closed}`)
  })

  it('finds out whether there is room, and who holds a data directory', async () => {
    const data = join(folder, 'data')
    const fresh = await dataDirectoryFinding(data, 1)
    assert.equal(fresh.state, 'ok')
    assert.match(fresh.found, /\/data, [\d.]+ GiB free$/)
    mkdirSync(data)
    writeFileSync(join(data, 'lock.pid'), `${process.pid}\n`)
    const held = await dataDirectoryFinding(data, 1)
    assert.match(held.found, new RegExp(`the server with process id ${process.pid} holds it$`))
    assert.equal((await dataDirectoryFinding(data, Infinity)).state, 'degraded')
    const file = join(data, 'lock.pid')
    const wrong = await dataDirectoryFinding(join(file, 'below'))
    assert.deepEqual([wrong.state, wrong.found], ['missing', `${file} is no directory`])
  })

  it('knows a port at which somebody else is silent', async () => {
    const clock = new FakeClock()
    const silent = createServer(() => clock.advance(60_000)).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const finding = await portFinding('127.0.0.1', port, clock)
    silent.close()
    assert.deepEqual([finding.state, finding.found], ['degraded', 'taken by another program'])
    assert.match(finding.mend ?? '', new RegExp(` --port ${port + 1}$`))
  })

  it('knows lambdad at its port', async () => {
    await using server = await startTestServer({ args: ['--isolation=process'] })
    const finding = await portFinding('127.0.0.1', Number(new URL(server.url).port), systemClock)
    assert.deepEqual([finding.state, finding.found], ['ok', 'taken by lambdad itself'])
    const elsewhere = await portFinding('192.0.2.1', 4566, systemClock)
    assert.match(elsewhere.found, /^not to be had on 192\.0\.2\.1 \(EADDRNOTAVAIL\)$/)
  })
})

describe('languages', () => {
  const node = { runtime: 'nodejs24.x', state: 'served', version: '24.1.0', program: '/n' } as const
  const fetched = { runtime: 'nodejs22.x', state: 'served', version: '22.1.0', note: 'x' } as const

  it('has Node.js here, or an npm to fetch it', async () => {
    const here = Promise.resolve('/usr/bin/npm')
    const none = Promise.resolve(undefined)
    assert.equal((await nodeRuntimesFinding([node], none)).state, 'ok')
    const later = await nodeRuntimesFinding([node, fetched], here)
    assert.equal(later.state, 'ok')
    assert.match(later.meaning, /npm fetches that of nodejs22\.x\.$/)
    assert.equal((await nodeRuntimesFinding([node, fetched], none)).state, 'degraded')
    assert.equal((await nodeRuntimesFinding([fetched], none)).state, 'missing')
  })

  it('has the Pythons, or another in their place, or none', () => {
    const served: RuntimeFinding = { runtime: 'python3.13', state: 'served', version: '3.13.1' }
    const stand: RuntimeFinding = { runtime: 'python3.14', state: 'fallback', version: '3.13.1' }
    const missing: RuntimeFinding = { runtime: 'python3.14', state: 'missing', note: 'x' }
    const unserved: RuntimeFinding = { runtime: 'python3.9', state: 'unserved', note: 'x' }
    assert.equal(pythonRuntimesFinding([served, unserved]).state, 'ok')
    const degraded = pythonRuntimesFinding([served, stand, unserved])
    assert.equal(degraded.state, 'degraded')
    assert.match(degraded.meaning, /python3\.14 by 3\.13\.1\.$/)
    assert.equal(degraded.mend, 'uv python install 3.14, or pyenv install 3.14')
    assert.equal(pythonRuntimesFinding([served, missing]).state, 'missing')
    assert.equal(pythonRuntimesFinding([missing]).found, 'none')
  })
})

describe('the trial', () => {
  const missing: Finding = {
    ...{ name: 'crun', state: 'missing', needed: true, found: 'x', meaning: 'x' },
  }

  it('is not made where something is missing', async () => {
    const [finding, ...none] = await trialFindings([missing], ['/nonexistent'])
    assert.deepEqual([finding?.state, finding?.found], ['missing', 'not tried without crun'])
    assert.deepEqual([finding?.needed, none], [false, []])
    const optional = { ...missing, needed: false }
    const unprivileged = process.getuid?.() !== 0
    const [tried] = await trialFindings([optional], ['/nonexistent'])
    assert.equal(tried?.state, unprivileged ? 'ok' : 'missing')
  })
})
