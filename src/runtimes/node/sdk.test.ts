import assert from 'node:assert/strict'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { FakeClock } from '../../../test/kit/fake-clock.ts'
import { type Log, silentLog } from '../../kernel/log.ts'
import { InstallError } from '../node-package.mjs'
import { NodeSdk, type NodeSdkOptions, installNodeSdk } from './sdk.ts'

let folder: string
let warnings: object[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lambdad-sdk-'))
  warnings = []
})
afterEach(() => rmSync(folder, { recursive: true }))

/** An npm client that runs these lines in the folder it is to install into. */
function fakeNpm(lines: string): string {
  const npm = join(folder, 'npm')
  writeFileSync(
    npm,
    `#!/bin/sh\necho "$(echo $(cat package.json)) $@" >>'${folder}/calls'\n${lines}\n`,
  )
  chmodSync(npm, 0o755)
  return npm
}

const installs = `
umask 077
mkdir -p node_modules/@aws-sdk/client-sts/dist-cjs node_modules/tslib
cd node_modules
echo '{}' >.package-lock.json
echo 'exports.x = 1' >@aws-sdk/client-sts/dist-cjs/index.js
for unused in dist-types dist-es; do
  mkdir -p @aws-sdk/client-sts/$unused/sub && echo >@aws-sdk/client-sts/$unused/sub/index.js
done`

function manifest(name: string): string {
  const directory = join(folder, name)
  mkdirSync(directory)
  writeFileSync(join(directory, 'package.json'), `"manifest ${name}"`)
  writeFileSync(join(directory, 'package-lock.json'), name)
  return directory
}

function options(more: Partial<NodeSdkOptions> = {}): NodeSdkOptions {
  const log: Log = { ...silentLog, warn: (fields, text) => void warnings.push({ text, ...fields }) }
  const cacheDirectory = join(folder, 'cache')
  return { cacheDirectory, clock: new FakeClock(), log, npm: join(folder, 'no-npm'), ...more }
}

const calls = (): string[] => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')
const kept = (): string[] => readdirSync(join(folder, 'cache/runtimes'))

test('what is pinned is installed once, for all, without what nothing loads', async () => {
  const given = options({ npm: fakeNpm(installs), manifest: manifest('a') })
  const sdk = new NodeSdk(given)
  const [first, second] = await Promise.all([sdk.mounts(), sdk.mounts()])
  assert.equal(first, second)
  const directory = await installNodeSdk(given)
  assert.match(directory, /\/cache\/runtimes\/node-sdk-[0-9a-f]{12}$/)
  assert.deepEqual(first, [
    { source: join(directory, 'node_modules'), target: '/var/runtime/node_modules' },
    { source: join(directory, 'links'), target: '/node_modules' },
  ])
  const [call, ...more] = calls()
  assert.deepEqual(more, [])
  assert.match(call!, /^"manifest a" ci --omit=dev --ignore-scripts --no-audit --no-fund /)
  const client = join(directory, 'node_modules/@aws-sdk/client-sts')
  assert.deepEqual(readdirSync(client), ['dist-cjs'])
  assert.equal(readFileSync(join(client, 'dist-cjs/index.js'), 'utf8'), 'exports.x = 1\n')
  assert.equal(kept().length, 1)
})

test('packages are linked to where sandboxes have them, and readable there', async () => {
  const directory = await installNodeSdk(options({ npm: fakeNpm(installs) }))
  const links = join(directory, 'links')
  assert.deepEqual(readdirSync(links).toSorted(), ['@aws-sdk', 'tslib'])
  assert.equal(readlinkSync(join(links, '@aws-sdk')), '/var/runtime/node_modules/@aws-sdk')
  for (const [path, mode] of Object.entries({
    '': 0o755,
    links: 0o755,
    'node_modules/tslib': 0o755,
    'node_modules/@aws-sdk/client-sts/dist-cjs/index.js': 0o644,
  })) {
    assert.equal(statSync(join(directory, path)).mode & 0o777, mode, path)
  }
})

test('another lock file is another folder', async () => {
  const npm = fakeNpm(installs)
  const one = await installNodeSdk(options({ npm, manifest: manifest('a') }))
  const other = await installNodeSdk(options({ npm, manifest: manifest('b') }))
  assert.notEqual(one, other)
  assert.equal(kept().length, 2)
})

test('several processes may do it at once', async () => {
  const given = options({ npm: fakeNpm(installs) })
  const all = await Promise.all([1, 2, 3].map(() => installNodeSdk(given)))
  assert.equal(new Set(all).size, 1)
  assert.equal(kept().length, 1)
})

test('what cannot be fetched is done without, said once, and tried again at the next start', async () => {
  const offline = fakeNpm(`echo 'npm error code ENOTFOUND' >&2; exit 1`)
  const sdk = new NodeSdk(options({ npm: offline }))
  assert.deepEqual(await sdk.mounts(), [])
  assert.deepEqual(await sdk.mounts(), [])
  assert.equal(calls().length, 1)
  assert.deepEqual(warnings, [
    {
      text: 'no AWS SDK for Node.js functions: those that do not bring it run without, until lambdad starts again',
      reason:
        'cannot reach the npm registry for the AWS SDK for JavaScript: it is needed once, connect and try again (code ENOTFOUND)',
    },
  ])
  assert.deepEqual(kept(), [])
  const next = new NodeSdk(options({ npm: fakeNpm(installs) }))
  assert.equal((await next.mounts()).length, 2)
})

test('says what to do when npm is missing, refuses, or the disk does', async () => {
  const reason = async (more: Partial<NodeSdkOptions>): Promise<string> => {
    const error = await installNodeSdk(options(more)).then(
      () => undefined,
      (each: unknown) => each,
    )
    assert.ok(error instanceof InstallError)
    return error.message
  }
  assert.match(await reason({}), /^cannot run npm to fetch .*: install npm, which comes with/)
  const altered = fakeNpm(`echo 'npm error code EINTEGRITY' >&2; exit 1`)
  assert.match(await reason({ npm: altered }), /^npm could not fetch .*: code EINTEGRITY$/)
  const file = join(folder, 'file')
  writeFileSync(file, '')
  assert.match(
    await reason({ cacheDirectory: file }),
    /^cannot install .*\/file\/runtimes.*ENOTDIR/,
  )
})

test('what a killed server left is cleared away', async () => {
  // No process has a number beyond the kernel's limit of 2^22.
  mkdirSync(join(folder, 'cache/runtimes/.partial-4194305-x'), { recursive: true })
  await installNodeSdk(options({ npm: fakeNpm(installs) }))
  assert.equal(kept().length, 1)
})

test('progress grows to its end', async () => {
  const shares: number[] = []
  const npm = fakeNpm(`
while [ "$1" != --cache ]; do shift; done
mkdir -p "$2/deep" && head -c 5000000 /dev/zero >"$2/deep/content"
${installs}`)
  const onProgress: NodeSdkOptions['onProgress'] = ({ bytes, bytesTotal }) =>
    void shares.push(bytes / bytesTotal)
  await installNodeSdk(options({ npm, onProgress }))
  assert.equal(shares.at(-1), 1)
  assert.deepEqual(
    shares,
    shares.toSorted((a, b) => a - b),
  )
})

test('the lock file pins every package by checksum, and names no registry', () => {
  const read = (name: string) =>
    JSON.parse(readFileSync(join(import.meta.dirname, 'sdk', name), 'utf8'))
  const { '': root, ...packages } = read('package-lock.json').packages as Record<
    string,
    { dependencies?: object; resolved?: string; integrity: string }
  >
  assert.deepEqual(root!.dependencies, read('package.json').dependencies)
  assert.ok(Object.keys(packages).length > 100)
  for (const [path, { resolved, integrity }] of Object.entries(packages)) {
    assert.equal(resolved, undefined, path)
    assert.equal(Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').length, 64, path)
  }
})
