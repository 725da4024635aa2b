/** Archives read entry by entry. What is refused is refused by the same code as elsewhere: archive.test.ts. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readArchive } from './archive.ts'
import { buildZip } from './build-zip.test-kit.ts'

const limits = { unzippedBytesMax: 262_144_000, entryCountMax: 1_000 }
const link = 0o120777

suite('archives that are read', () => {
  test('give their files and links, with what is in them, in their order', async () => {
    const zip = buildZip([
      { name: 'dir/' },
      { name: 'dir/b', data: 'second'.repeat(10_000), method: 8 },
      { name: 'a', data: 'first' },
      { name: 'link', mode: link, data: 'dir/b' },
    ])
    const read: [string, string, string][] = []
    for await (const { kind, path, contents } of readArchive(zip, limits)) {
      const pieces: Buffer[] = []
      for await (const piece of contents) pieces.push(piece)
      read.push([kind, path, Buffer.concat(pieces).toString()])
    }
    assert.deepEqual(read, [
      ['file', 'dir/b', 'second'.repeat(10_000)],
      ['file', 'a', 'first'],
      ['link', 'link', 'dir/b'],
    ])
  })

  test('are refused as others are', async () => {
    const zip = buildZip([{ name: '../evil' }])
    await assert.rejects(
      async () => {
        for await (const _ of readArchive(zip, limits));
      },
      { code: 'path-traversal' },
    )
  })
})
