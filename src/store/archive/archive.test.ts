import assert from 'node:assert/strict'
import { lstat, mkdtemp, readFile, readdir, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { deflateRawSync } from 'node:zlib'

import fc from '../../../test/kit/fast-check.ts'
import { zipSync } from 'fflate'
import type { Zippable } from 'fflate'

import { ArchiveError, extractArchive, inspectArchive } from './archive.ts'
import type { ArchiveErrorCode, ArchiveLimits } from './archive.ts'
import { buildZip } from './build-zip.test-kit.ts'
import type { ZipPart } from './build-zip.test-kit.ts'

const limits: ArchiveLimits = { unzippedBytesMax: 262_144_000, entryCountMax: 1_000 }
const regular = 0o100644
const link = 0o120777

let directory = ''
let count = 0
const freshTarget = (): string => join(directory, `target-${count++}`)

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'archive-'))
})
after(() => rm(directory, { recursive: true, force: true }))

/** Both ways of looking at it must come to the same answer, and leave nothing. */
async function assertRefused(bytes: Uint8Array, code: ArchiveErrorCode): Promise<void> {
  const isRefusal = (error: unknown): boolean =>
    error instanceof ArchiveError && error.code === code
  await assert.rejects(inspectArchive(bytes, limits), isRefusal)
  const target = freshTarget()
  await assert.rejects(extractArchive(bytes, target, limits), isRefusal)
  assert.deepEqual(await leftovers(target), [])
}

async function leftovers(target: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => join(directory, name).startsWith(target))
}

suite('archives that are refused', () => {
  const cases: [string, ArchiveErrorCode, ZipPart[]][] = [
    ['a path upwards', 'path-traversal', [{ name: '../evil' }]],
    ['a path upwards in the middle', 'path-traversal', [{ name: 'a/../../evil' }]],
    ['an absolute path', 'path-traversal', [{ name: '/etc/cron.d/evil' }]],
    ['a path with a drive', 'path-traversal', [{ name: 'C:/evil' }]],
    ['a backslash', 'invalid-name', [{ name: '..\\evil' }]],
    ['a NUL', 'invalid-name', [{ name: 'a.js\0.txt' }]],
    ['an empty component', 'invalid-name', [{ name: 'a//b' }]],
    ['an empty name', 'invalid-name', [{ name: '' }]],
    ['a file named like the root', 'invalid-name', [{ name: '.' }]],
    ['a component of 256 bytes', 'invalid-name', [{ name: 'x'.repeat(256) }]],
    ['a path of 2100 bytes', 'invalid-name', [{ name: 'x/'.repeat(1050) }]],
    [
      'a name that is not the UTF-8 it claims to be',
      'invalid-name',
      [{ name: Buffer.from([0x61, 0xff]), flags: 0x800 }],
    ],
    ['the same file twice', 'duplicate-name', [{ name: 'a' }, { name: 'a' }]],
    [
      'the same file twice, spelt differently',
      'duplicate-name',
      [{ name: 'b/a' }, { name: './b/./a' }],
    ],
    ['a file, then a directory', 'duplicate-name', [{ name: 'a' }, { name: 'a/' }]],
    ['a directory, then a file', 'duplicate-name', [{ name: 'a/' }, { name: 'a' }]],
    ['a file, then something in it', 'duplicate-name', [{ name: 'a' }, { name: 'a/b' }]],
    ['something in it, then the file', 'duplicate-name', [{ name: 'a/b' }, { name: 'a' }]],
    ['a link upwards', 'link-escape', [{ name: 'l', mode: link, data: '../outside' }]],
    ['an absolute link', 'link-escape', [{ name: 'l', mode: link, data: '/etc/passwd' }]],
    [
      'a link that goes down before it goes up',
      'link-escape',
      [
        { name: 'd/e/up', mode: link, data: '../..' },
        { name: 'l', mode: link, data: 'd/e/up/../outside' },
      ],
    ],
    [
      'an entry through a link',
      'link-escape',
      [{ name: 'l', mode: link, data: 'd' }, { name: 'l/evil' }],
    ],
    [
      'an entry through a link that comes later',
      'link-escape',
      [{ name: 'l/evil' }, { name: 'l', mode: link, data: 'd' }],
    ],
    [
      'a link where a file is',
      'link-escape',
      [{ name: 'a', mode: link, data: 'd' }, { name: 'a' }],
    ],
    ['a link without a target', 'corrupt', [{ name: 'l', mode: link, data: '' }]],
    ['a link with a NUL', 'corrupt', [{ name: 'l', mode: link, data: 'a\0b' }]],
    ['a link of 5000 bytes', 'corrupt', [{ name: 'l', mode: link, data: 'x'.repeat(5000) }]],
    ['a device', 'unsupported-type', [{ name: 'sda', mode: 0o060644 }]],
    ['a named pipe', 'unsupported-type', [{ name: 'pipe', mode: 0o010644 }]],
    ['a socket', 'unsupported-type', [{ name: 'socket', mode: 0o140644 }]],
    ['encryption', 'encrypted', [{ name: 'a', flags: 1 }]],
    ['strong encryption', 'encrypted', [{ name: 'a', flags: 0x41 }]],
    ['bzip2', 'unsupported-method', [{ name: 'a', method: 12 }]],
    ['a wrong checksum', 'corrupt', [{ name: 'a', data: 'hello', crc32: 1 }]],
    [
      'a deflated entry with a wrong checksum',
      'corrupt',
      [{ name: 'a', data: 'hello', method: 8, crc32: 1 }],
    ],
    [
      'deflated bytes that are none',
      'corrupt',
      [{ name: 'a', method: 8, stored: Buffer.from([0xff, 0xff]), size: 10 }],
    ],
    [
      'deflated bytes that end too early',
      'corrupt',
      [{ name: 'a', data: 'hello', method: 8, stored: deflateRawSync('hello').subarray(0, 3) }],
    ],
    [
      'deflated bytes with more behind them',
      'corrupt',
      [
        {
          name: 'a',
          data: 'hello',
          method: 8,
          stored: Buffer.concat([deflateRawSync('hello'), Buffer.of(0)]),
        },
      ],
    ],
    ['a stored entry of another size', 'corrupt', [{ name: 'a', data: 'hello', size: 4 }]],
    ['a directory with contents', 'corrupt', [{ name: 'a/', data: 'hello' }]],
    ['more than fits', 'too-large', [{ name: 'a', method: 8, size: 262_144_001 }]],
    [
      'more than fits, in zip64',
      'too-large',
      [{ name: 'a', method: 8, size: 2 ** 40, zip64: true }],
    ],
    [
      'many that do not fit together',
      'too-large',
      [
        { name: 'a', method: 8, size: 200_000_000 },
        { name: 'b', method: 8, size: 200_000_000 },
      ],
    ],
    [
      'more entries than may be',
      'too-many-entries',
      Array.from({ length: 1001 }, (_, i) => ({ name: `${i}` })),
    ],
    [
      'more implied directories than may be',
      'too-many-entries',
      Array.from({ length: 3 }, (_, i) => ({
        name: `${i}/${'d/'.repeat(500)}a`,
      })),
    ],
  ]
  for (const [what, code, parts] of cases) {
    test(`${what}: ${code}`, () => assertRefused(buildZip(parts), code))
  }

  test('no bytes, and no entries: empty', async () => {
    await assertRefused(new Uint8Array(), 'empty')
    await assertRefused(buildZip([]), 'empty')
  })

  test('something else: not-a-zip', async () => {
    await assertRefused(Buffer.from('exports.handler = async () => 1'), 'not-a-zip')
    await assertRefused(Buffer.from([0x1f, 0x8b, 8, 0]), 'not-a-zip')
    await assertRefused(new Uint8Array(100_000), 'not-a-zip')
  })

  test('cut anywhere: refused', async () => {
    const whole = buildZip([
      { name: 'a', data: 'hello', method: 8 },
      { name: 'b/c', data: 'x' },
    ])
    for (let length = 4; length < whole.length; length++) {
      await assertRefused(whole.subarray(0, length), 'corrupt')
    }
  })

  test('entries that share bytes: overlapping', async () => {
    const parts = [
      { name: 'a', data: 'hello' },
      { name: 'b', localHeaderOf: 0, data: 'hello' },
    ]
    await assertRefused(buildZip(parts), 'overlapping')
    // Fifield's bomb: the first entry holds the second one, header and all.
    const inner = buildZip([{ name: 'b', data: 'hello' }]).subarray(0, 30 + 1 + 5)
    const quoting = buildZip([
      { name: 'a', data: inner },
      { name: 'b', data: 'hello', localHeaderAt: 31 },
    ])
    await assertRefused(quoting, 'overlapping')
  })

  test('an entry that reaches into the central directory: overlapping', async () => {
    const reaching = buildZip([{ name: 'a', data: 'hello', compressedSize: 20, size: 20 }])
    await assertRefused(reaching, 'overlapping')
  })

  test('a bomb that lies about its size ends where its lie begins', async () => {
    const bomb = deflateRawSync(new Uint8Array(64 * 1024 * 1024))
    const lying = buildZip([{ name: 'a', method: 8, stored: bomb, size: 1000, crc32: 0 }])
    await assertRefused(lying, 'corrupt')
  })

  test('an existing target is left alone', async () => {
    const target = freshTarget()
    await extractArchive(buildZip([{ name: 'a', data: 'first' }]), target, limits)
    await assert.rejects(extractArchive(buildZip([{ name: 'a' }]), target, limits), /is there/)
    assert.equal(await readFile(join(target, 'a'), 'utf8'), 'first')
  })
})

suite('archives that are unpacked', () => {
  const modeOf = async (path: string): Promise<number> => (await lstat(path)).mode & 0o7777

  test('permission bits survive, setuid, setgid and sticky do not', async () => {
    const target = freshTarget()
    const parts = [
      { name: 'bootstrap', mode: 0o100755, data: '#!/bin/sh' },
      { name: 'secret', mode: 0o100600 },
      { name: 'suid', mode: 0o107777 },
      { name: 'shut/', mode: 0o040500 },
      { name: 'shut/in', mode: 0o100444 },
      { name: 'implied/by/file', mode: regular },
      { name: 'claims-unix', mode: 0 },
    ]
    await extractArchive(buildZip(parts), target, limits)
    const modes = new Map([
      ['', 0o755],
      ['bootstrap', 0o755],
      ['secret', 0o600],
      ['suid', 0o777],
      ['shut', 0o500],
      ['shut/in', 0o444],
      ['implied', 0o755],
      ['implied/by', 0o755],
      ['claims-unix', 0o644],
    ])
    for (const [path, mode] of modes) assert.equal(await modeOf(join(target, path)), mode, path)
  })

  test('an archive made on Windows gets modes that everybody can read', async () => {
    const target = freshTarget()
    const parts = [
      { name: 'a', host: 0, mode: 0o100600 },
      { name: 'd/', host: 0, mode: 0 },
    ]
    await extractArchive(buildZip(parts), target, limits)
    assert.equal(await modeOf(join(target, 'a')), 0o644)
    assert.equal(await modeOf(join(target, 'd')), 0o755)
  })

  test('links inside stay links', async () => {
    const target = freshTarget()
    const parts = [
      { name: 'node_modules/.bin/tool', mode: link, data: '../pkg/./tool.js' },
      { name: 'node_modules/pkg/tool.js', data: 'x' },
      { name: 'lib64', mode: link, data: 'lib' },
      { name: 'loop', mode: link, data: 'loop' },
    ]
    const bytes = buildZip(parts)
    assert.deepEqual(await inspectArchive(bytes, limits), { unzippedBytes: 24, entryCount: 4 })
    await extractArchive(bytes, target, limits)
    assert.equal(await readlink(join(target, 'node_modules/.bin/tool')), '../pkg/./tool.js')
    assert.equal(await readFile(join(target, 'node_modules/.bin/tool'), 'utf8'), 'x')
    assert.equal(await readlink(join(target, 'lib64')), 'lib')
  })

  test('comment, prefix, data descriptor, zip64, the root and a directory twice are no obstacle', async () => {
    const parts = [
      { name: './' },
      { name: 'd/' },
      { name: 'd/', mode: 0o040700 },
      { name: 'd/a', data: 'hello', method: 8, flags: 8 },
      { name: 'b', data: 'big', zip64: true },
    ]
    const bytes = buildZip(parts, { comment: 'made by hand', prefix: '#!/bin/sh\n' })
    const target = freshTarget()
    await extractArchive(bytes, target, limits)
    assert.equal(await readFile(join(target, 'd/a'), 'utf8'), 'hello')
    assert.equal(await readFile(join(target, 'b'), 'utf8'), 'big')
  })

  test('names: UTF-8 by flag, UTF-8 unsaid on macOS, code page 437 elsewhere', async () => {
    const parts = [
      { name: 'ü-flag', flags: 0x800, host: 0 },
      { name: 'ü-mac', host: 19 },
      { name: Buffer.from([0x81, 0x2d, 0x64, 0x6f, 0x73]), host: 0 },
    ]
    const target = freshTarget()
    await extractArchive(buildZip(parts), target, limits)
    assert.deepEqual((await readdir(target)).toSorted(), ['ü-dos', 'ü-flag', 'ü-mac'])
  })

  test('exactly as large as may be', async () => {
    const bytes = zipSync({ a: new Uint8Array(1000), b: new Uint8Array(24) })
    const exact = { unzippedBytesMax: 1024, entryCountMax: 2 }
    assert.deepEqual(await inspectArchive(bytes, exact), { unzippedBytes: 1024, entryCount: 2 })
    const isTooLarge = (error: unknown): boolean =>
      error instanceof ArchiveError && error.code === 'too-large'
    await assert.rejects(inspectArchive(bytes, { ...exact, unzippedBytesMax: 1023 }), isTooLarge)
  })

  test('any tree comes out as it went in', async () => {
    const name = fc.stringMatching(/^[a-z]{1,8}$/)
    const file = fc.tuple(
      fc.uint8Array({ maxLength: 3000 }),
      fc.constantFrom(0, 6),
      fc.integer({ min: 0, max: 0o777 }),
    )
    // Files in directories whose names no file has: 'd' is not among them.
    const path = fc
      .tuple(fc.array(name, { maxLength: 3 }), name)
      .map(([above, own]) => [...above.map((part) => `D${part}`), own].join('/'))
    await fc.assert(
      fc.asyncProperty(fc.dictionary(path, file, { minKeys: 1, maxKeys: 12 }), async (tree) => {
        const zippable: Zippable = {}
        for (const [at, [data, level, mode]] of Object.entries(tree)) {
          zippable[at] = [data, { level, os: 3, attrs: (0o100000 | mode) << 16 }]
        }
        const target = freshTarget()
        await extractArchive(zipSync(zippable), target, limits)
        for (const [at, [data, , mode]] of Object.entries(tree)) {
          assert.deepEqual(new Uint8Array(await readFile(join(target, at))), data)
          assert.equal(await modeOf(join(target, at)), mode === 0 ? 0o644 : mode)
        }
      }),
      { numRuns: 60 },
    )
  })
})

test('a damaged archive is unpacked or refused with an ArchiveError, and leaves nothing', async () => {
  const sound = buildZip(
    [
      { name: 'd/', mode: 0o040755 },
      { name: 'd/a.js', data: 'exports.handler = 1'.repeat(20), method: 8 },
      { name: 'l', mode: link, data: 'd/a.js' },
      { name: 'z', data: 'sixty-four', zip64: true },
    ],
    { comment: 'c' },
  )
  const mutation = fc.record({
    at: fc.nat(sound.length - 1),
    value: fc.integer({ min: 0, max: 255 }),
  })
  const cut = fc.option(fc.nat(sound.length), { nil: sound.length, freq: 5 })
  await fc.assert(
    fc.asyncProperty(
      fc.array(mutation, { minLength: 1, maxLength: 6 }),
      cut,
      async (mutations, length) => {
        const bytes = Buffer.from(sound)
        for (const { at, value } of mutations) bytes[at] = value
        const target = freshTarget()
        const ended = await Promise.allSettled([
          extractArchive(bytes.subarray(0, length), target, limits),
          inspectArchive(bytes.subarray(0, length), limits),
        ])
        const [extracted, inspected] = ended
        assert.equal(extracted.status, inspected.status)
        if (extracted.status === 'fulfilled') return
        assert.ok(extracted.reason instanceof ArchiveError, String(extracted.reason))
        assert.deepEqual(await leftovers(target), [])
      },
    ),
    { numRuns: 1500 },
  )
})
