/** Signatures in packages, by hand and by hostile hands. The format is ours: README.md. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import fc from '../../../../test/kit/fast-check.ts'
import { silentLog } from '../../../kernel/log.ts'
import { type Verdict, verifyPackage } from './package-signature.ts'
import { SigningKeys } from './signing-keys.ts'
import {
  type TestProfile,
  type TestProfiles,
  manifestOf,
  openTestProfiles,
  zipOf,
} from './test-kit.ts'

const nowMs = Date.parse('2026-11-21T12:00:00Z')
const files = { 'index.mjs': 'export const handler = 1', 'lib/empty': '', 'a name.txt': 'x' }

let profiles: TestProfiles
let ours: TestProfile
let theirs: TestProfile
let keys: SigningKeys

before(async () => {
  profiles = await openTestProfiles()
  ours = await profiles.make('ours')
  theirs = await profiles.make('theirs')
  keys = new SigningKeys(profiles.directory, silentLog)
})
after(() => profiles[Symbol.asyncDispose]())

const check = (zip: Uint8Array, ...publishers: TestProfile[]): Promise<Verdict> =>
  verifyPackage(
    zip,
    publishers.map(({ arn }) => arn),
    keys,
    nowMs,
  )

describe('a package', () => {
  test('is trusted when one of the publishers has signed it', async () => {
    const zip = ours.package(files)
    assert.deepEqual(await check(zip, ours), { is: 'trusted', by: ours.arn })
    assert.deepEqual(await check(zip, theirs, ours), { is: 'trusted', by: ours.arn })
  })

  test('is not, when nobody has, or somebody else', async () => {
    assert.deepEqual(await check(zipOf(files), ours), { is: 'unsigned' })
    assert.deepEqual(await check(ours.package(files), theirs), { is: 'mismatch' })
    assert.deepEqual(await check(ours.package(files)), { is: 'mismatch' })
  })

  test('is not any more when its signature has expired', async () => {
    const until = (time: string) => ours.package(files, `# Expires: ${time}\n`)
    const trusted = { is: 'trusted', by: ours.arn }
    assert.deepEqual(await check(until('2026-11-21T12:00:01Z'), ours), trusted)
    assert.deepEqual(await check(until('2026-11-21T12:00:00Z'), ours), { is: 'expired' })
    // Whoever does not know the key learns no more than that.
    assert.deepEqual(await check(until('2026-11-21T12:00:00Z'), theirs), { is: 'mismatch' })
    assert.deepEqual(await check(until('2026-13-41T12:00:00Z'), ours), { is: 'broken' })
  })

  test('is broken when its files are not those that were signed', async () => {
    const manifest = manifestOf(files)
    const signed = {
      'META-INF/lambdad-manifest': manifest,
      'META-INF/lambdad-signature': ours.sign(manifest),
    }
    const { 'index.mjs': _index, ...fewer } = files
    const changed: Readonly<Record<string, string | Uint8Array>>[] = [
      { ...files, 'index.mjs': 'other', ...signed },
      { ...files, more: '', ...signed },
      { ...fewer, ...signed },
      { ...files, 'META-INF/lambdad-manifest': manifest },
      { ...files, 'META-INF/lambdad-signature': ours.sign(manifest) },
      { ...files, ...signed, 'META-INF/lambdad-manifest': `${manifest}${manifest}` },
      { ...files, ...signed, 'META-INF/lambdad-manifest': `${manifest}\nhello` },
    ]
    for (const each of changed) assert.deepEqual(await check(zipOf(each), ours), { is: 'broken' })
  })

  test('with another signature, or a text that was not signed, is not trusted', async () => {
    const manifest = manifestOf(files)
    for (const signature of [Buffer.alloc(0), Buffer.alloc(104, 0x30), theirs.sign(manifest)]) {
      const zip = zipOf({
        ...files,
        'META-INF/lambdad-manifest': manifest,
        'META-INF/lambdad-signature': signature,
      })
      assert.deepEqual(await check(zip, ours), { is: 'mismatch' })
    }
  })

  test('is never trusted for what was made up', async () => {
    const text = fc.oneof(
      fc.string(),
      fc.constant(manifestOf(files)),
      fc.string().map((line) => `${manifestOf(files)}${line}\n`),
    )
    await fc.assert(
      fc.asyncProperty(text, fc.uint8Array({ maxLength: 120 }), async (manifest, signature) => {
        const verdict = await check(
          zipOf({
            ...files,
            'META-INF/lambdad-manifest': manifest,
            'META-INF/lambdad-signature': signature,
          }),
          ours,
        )
        assert.ok(verdict.is === 'broken' || verdict.is === 'mismatch', verdict.is)
      }),
      { numRuns: 100 },
    )
  })
})

describe('keys', () => {
  test('that are taken away, or are none, trust nobody', async () => {
    const gone = await profiles.make('gone')
    const zip = gone.package(files)
    assert.deepEqual(await check(zip, gone), { is: 'trusted', by: gone.arn })
    await rm(gone.file)
    assert.deepEqual(await check(zip, gone), { is: 'mismatch' })
    await writeFile(gone.file, 'no key')
    assert.deepEqual(await check(zip, gone), { is: 'mismatch' })
    const weak = await profiles.make('weak', 'prime256v1')
    assert.deepEqual(await check(weak.package(files), weak), { is: 'mismatch' })
    const nowhere = new SigningKeys(undefined, silentLog)
    const verdict = await verifyPackage(ours.package(files), [ours.arn], nowhere, nowMs)
    assert.deepEqual(verdict, { is: 'mismatch' })
  })

  test('are found by the form of ARN that profiles have, and no other', async () => {
    for (const arn of [
      ours.arn.replace('/ours/', '/../ours/'),
      ours.arn.replace('/ours/', '/theirs/../ours/'),
      ours.arn.replace('signer', 'lambda'),
      ours.arn.replace('123456789012', ''),
      `${ours.arn}/x`,
      'x',
    ]) {
      assert.equal(await keys.find(arn), undefined, arn)
    }
    assert.ok(await keys.find(ours.arn))
  })
})

const programs = ['openssl', 'sha384sum', 'find', 'sort', 'xargs']
const missing = programs.find((name) => spawnSync(name, ['--version']).error !== undefined)

test(
  'the commands of the README make a package that is trusted',
  { skip: missing !== undefined && `there is no ${missing}` },
  async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'lambdad-sign-'))
    try {
      const readme = await readFile(path.join(import.meta.dirname, 'README.md'), 'utf8')
      const [, make = '', sign = ''] =
        /```sh\n(openssl ecparam[^]*?)```[^]*?```sh\n(mkdir -p META-INF[^]*?)zip -qr/.exec(
          readme,
        ) ?? []
      assert.notEqual(sign, '')
      const profile = path.join(profiles.directory, '123456789012', 'by_hand')
      await mkdir(profile)
      const env = { ...process.env, PROFILES: path.join(profiles.directory, '123456789012') }
      const code = path.join(folder, 'code')
      await mkdir(path.join(code, 'lib'), { recursive: true })
      await writeFile(path.join(code, 'index.mjs'), 'export const handler = 1')
      await writeFile(path.join(code, 'lib/a name.txt'), 'x')
      const run = (script: string, cwd: string) =>
        execFileSync('/bin/sh', ['-ec', script], { cwd, env, stdio: 'pipe' })
      run(make.replaceAll(/\S+\/signing-profiles\/\S+\/(?=\w+\.pem)/g, `${profile}/`), folder)
      run(sign, code)
      const signed: Record<string, Uint8Array> = {}
      for (const entry of await readdir(code, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue
        const file = path.join(entry.parentPath, entry.name)
        signed[path.relative(code, file)] = await readFile(file)
      }
      const [version = ''] = await readdir(profile)
      const arn = `arn:aws:signer:eu-west-1:123456789012:/signing-profiles/by_hand/${path.parse(version).name}`
      const verdict = await verifyPackage(zipOf(signed), [arn], keys, nowMs)
      assert.deepEqual(verdict, { is: 'trusted', by: arn })
    } finally {
      await rm(folder, { recursive: true })
    }
  },
)
