import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { promisify } from 'node:util'

import { systemClock } from '../kernel/clock.ts'
import { silentLog } from '../kernel/log.ts'
import type { Log } from '../kernel/log.ts'
import { isNodeRuntime, nodePackageOf, nodeRuntimes } from './catalog.ts'
import { ensureNodeRuntime } from './installer.ts'
import type { InstallerOptions } from './installer.ts'
import { InstallError, installNode } from './node-package.mjs'
import type { NodePackages } from './node-package.mjs'
import { progressBar } from './progress-bar.mjs'

let directory: string
beforeEach(async () => {
  directory = await fs.mkdtemp(join(tmpdir(), 'lambdad-installer-'))
})
afterEach(() => fs.rm(directory, { recursive: true, force: true }))

/** A program that says it is this version of Node.js, and where it is. */
function fakeNode(version: string): string {
  return `#!/bin/sh
case $1 in --version) echo v${version} ;; *) echo "$0"; echo ${version} ;; esac
`
}

async function script(name: string, text: string): Promise<string> {
  const path = join(directory, name)
  await fs.writeFile(path, text, { mode: 0o755 })
  return path
}

/** An npm client that packs what an npm package of Node.js looks like, and the table that pins it. */
async function fakePackage(
  program: string,
  version = '20.20.2',
): Promise<{ npm: string; packages: NodePackages }> {
  await fs.mkdir(join(directory, 'package/bin'), { recursive: true })
  await fs.writeFile(join(directory, 'package/bin/node'), program, { mode: 0o755 })
  await fs.writeFile(join(directory, 'package/LICENSE'), 'MIT')
  const tarball = join(directory, 'fake.tgz')
  await promisify(execFile)('tar', ['-czf', tarball, '-C', directory, 'package'])
  const sha512 = createHash('sha512')
    .update(await fs.readFile(tarball))
    .digest('base64')
  const integrity = { x64: `sha512-${sha512}`, arm64: `sha512-${sha512}` }
  return {
    npm: await script(
      'npm',
      `#!/bin/sh\necho "$@" >> '${directory}/npm-calls'\ncp '${tarball}' "$4"\n`,
    ),
    packages: { 20: { version, approximateBytes: 1000, integrity } },
  }
}

function options(more: Partial<InstallerOptions>): InstallerOptions {
  const npm = join(directory, 'no-npm')
  const hostNode = join(directory, 'no-node')
  const cacheDirectory = join(directory, 'cache')
  return { cacheDirectory, clock: systemClock, log: silentLog, npm, hostNode, ...more }
}

const runtimes = (): Promise<string[]> => fs.readdir(join(directory, 'cache/runtimes'))
const calls = async (): Promise<string[]> =>
  (await fs.readFile(join(directory, 'npm-calls'), 'utf8')).trim().split('\n')

describe('ensureNodeRuntime', () => {
  it('installs what is pinned, once, and leaves nothing else behind', async () => {
    const fake = await fakePackage(fakeNode('20.20.2'))
    const shares: number[] = []
    const given = options({
      ...fake,
      onProgress: ({ bytes, bytesTotal }) => shares.push(bytes / bytesTotal),
    })
    const place = await ensureNodeRuntime(20, given)
    assert.equal(place, join(directory, 'cache/runtimes/node-20'))
    const said = await promisify(execFile)(join(place, 'bin/node'), ['--version'])
    assert.equal(said.stdout, 'v20.20.2\n')
    assert.equal(await ensureNodeRuntime(20, given), place)
    assert.match((await calls()).join('\n'), /^pack node-linux-\w+@20\.20\.2 [^\n]+$/)
    assert.deepEqual(await runtimes(), ['node-20'])
    assert.equal(shares.at(-1), 1)
  })

  it('shares one installation among callers, and tries again after a failure', async () => {
    await assert.rejects(ensureNodeRuntime(20, options({})), InstallError)
    const given = options(await fakePackage(fakeNode('20.20.2')))
    await Promise.all([ensureNodeRuntime(20, given), ensureNodeRuntime(20, given)])
    assert.equal((await calls()).length, 1)
  })

  it("goes on with the host's own of the same major version when npm cannot", async () => {
    const warnings: string[] = []
    const log: Log = { ...silentLog, warn: (_, message) => void warnings.push(message) }
    const given = options({ log, hostNode: await script('host-node', fakeNode('20.11.0')) })
    const place = await ensureNodeRuntime(20, given)
    assert.equal(place, join(directory, 'cache/runtimes/node-20-of-host'))
    assert.equal(await fs.readFile(join(place, 'version'), 'utf8'), '20.11.0\n')
    assert.equal(warnings.length, 1)
    assert.match(warnings[0]!, /no Node\.js 20 from npm: going on with the host's own 20\.11\.0/)
    assert.equal(await ensureNodeRuntime(20, options({})), place)
    await assert.rejects(ensureNodeRuntime(22, given), InstallError)
  })
})

describe('installNode', () => {
  const install = (more: object): Promise<void> =>
    installNode(20, join(directory, 'cache/runtimes/node-20'), options(more))

  it('refuses a package that is not the one it pins', async () => {
    const { npm } = await fakePackage(fakeNode('20.20.2'))
    await assert.rejects(install({ npm }), /is not the package lambdad pins: expected sha512-/)
    assert.deepEqual(await runtimes(), [])
  })

  it('refuses a program that does not run here, or is another version', async () => {
    await assert.rejects(
      install(await fakePackage('#!/no/such/interpreter\n')),
      /does not run on this machine/,
    )
    await assert.rejects(install(await fakePackage(fakeNode('20.0.0'))), /expected Node\.js 20\.20/)
    assert.deepEqual(await runtimes(), [])
  })

  it('says what to do when npm is missing, offline, or refuses', async () => {
    await assert.rejects(install({}), /cannot run npm .*install npm/)
    const offline = await script(
      'offline',
      '#!/bin/sh\necho "npm error code ENOTFOUND" >&2\nexit 1\n',
    )
    await assert.rejects(install({ npm: offline }), /cannot reach the npm registry.*connect/)
    const refusing = await script('refusing', '#!/bin/sh\necho "npm error code E401" >&2\nexit 1\n')
    await assert.rejects(install({ npm: refusing }), /npm could not fetch .*: code E401$/)
    assert.deepEqual(await runtimes(), [])
  })

  it('names the machines it has builds for', async () => {
    await assert.rejects(install({ architecture: 's390x' }), /on s390x: .*x64 and arm64/)
  })

  it('survives several doing it at once', async () => {
    const fake = await fakePackage(fakeNode('20.20.2'))
    await Promise.all([install(fake), install(fake), install(fake)])
    assert.deepEqual(await runtimes(), ['node-20'])
  })

  it('puts an older version aside, where sandboxes may still use it', async () => {
    await install(await fakePackage(fakeNode('20.20.1'), '20.20.1'))
    await install(await fakePackage(fakeNode('20.20.2'), '20.20.2'))
    const names = await runtimes()
    assert.equal(names[0], 'node-20')
    assert.match(names[1]!, /^node-20-was-20\.20\.1-/)
    const place = join(directory, 'cache/runtimes')
    assert.equal(await fs.readFile(join(place, 'node-20/version'), 'utf8'), '20.20.2\n')
    assert.match(await fs.readFile(join(place, names[1]!, 'bin/node'), 'utf8'), /20\.20\.1/)
  })

  it('clears away what a killed process left, and nothing of a living one', async () => {
    // No process has a number beyond the kernel's limit of 2^22.
    const dead = join(directory, 'cache/runtimes/.partial-4194305-x')
    const living = join(directory, `cache/runtimes/.partial-${process.pid}-x`)
    await fs.mkdir(dead, { recursive: true })
    await fs.mkdir(living)
    await install(await fakePackage(fakeNode('20.20.2')))
    assert.deepEqual(await runtimes(), [`.partial-${process.pid}-x`, 'node-20'])
  })
})

describe('the catalog', () => {
  it('pins every runtime for both architectures', () => {
    for (const [runtime, major] of Object.entries(nodeRuntimes)) {
      assert.ok(isNodeRuntime(runtime))
      const { version, integrity } = nodePackageOf(runtime)
      assert.equal(version.split('.')[0], String(major))
      for (const sha512 of [integrity.x64, integrity.arm64]) {
        assert.equal(Buffer.from(sha512.replace(/^sha512-/, ''), 'base64').length, 64)
      }
    }
    assert.equal(isNodeRuntime('python3.13'), false)
    assert.equal(isNodeRuntime('toString'), false)
  })
})

describe('progressBar', () => {
  const drawn = (isTTY: boolean): string => {
    let text = ''
    const bar = progressBar('fetching', { isTTY, write: (more: string) => (text += more) })
    bar.update({ bytes: 25_000_000, bytesTotal: 50_000_000 })
    bar.update({ bytes: 25_000_001, bytesTotal: 50_000_000 })
    bar.update({ bytes: 60_000_000, bytesTotal: 50_000_000 })
    bar.end('done')
    return text
  }

  it('draws on a terminal what has changed', () => {
    assert.equal(
      drawn(true),
      '\rfetching [############............] 50% of 50 MB\u001b[K' +
        '\rfetching [########################] 100% of 50 MB\u001b[K' +
        '\rfetching: done\u001b[K\n',
    )
  })

  it('writes two plain lines anywhere else', () => {
    assert.equal(drawn(false), 'fetching ...\nfetching: done\n')
  })
})
