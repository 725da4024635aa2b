import assert from 'node:assert/strict'
import { chmodSync, symlinkSync, truncateSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { strFromU8, unzipSync } from 'fflate'
import type { CliError } from '../failure.ts'
import { packageBytesMax } from '../limits.ts'
import { TestDirectory } from '../test-support.ts'
import { listFiles, makePackage } from './package.ts'

async function pack(directory: string): Promise<Uint8Array> {
  return await makePackage(directory, await listFiles(directory))
}

describe('a deployment package', () => {
  it('holds the files, dependencies included, without what is ignored', async () => {
    using directory = new TestDirectory({
      'index.mjs': 'handler',
      'node_modules/x/index.js': 'x',
      'test/a.test.js': 'test',
      '.lambdadignore': 'test/\n',
    })
    const files = unzipSync(await pack(directory.path))
    const texts = Object.entries(files).map(([name, bytes]) => [name, strFromU8(bytes)])
    assert.deepEqual(texts, [
      ['index.mjs', 'handler'],
      ['node_modules/x/index.js', 'x'],
    ])
  })

  it('is the same bytes for the same files, whenever and in whatever order they were made', async () => {
    using one = new TestDirectory({ 'a.js': '1', 'b/c.js': '2', bootstrap: '3' })
    using other = new TestDirectory({ bootstrap: '3', 'b/c.js': '2', 'a.js': '1' })
    utimesSync(join(other.path, 'a.js'), 1, 1)
    const packed = await pack(one.path)
    assert.deepEqual(await pack(other.path), packed)
    chmodSync(join(other.path, 'bootstrap'), 0o755)
    assert.notDeepEqual(await pack(other.path), packed)
  })

  it('keeps the right to execute', async () => {
    using directory = new TestDirectory({ plain: '' })
    directory.write('bootstrap', '#!/bin/sh\n', 0o700)
    const bytes = Buffer.from(await pack(directory.path))
    // The external attributes of each entry of the central directory. Source: APPNOTE.TXT 4.3.12.
    const modes: string[] = []
    for (
      let at = bytes.indexOf('PK\u0001\u0002');
      at >= 0;
      at = bytes.indexOf('PK\u0001\u0002', at + 1)
    )
      modes.push((bytes.readUInt32LE(at + 38) >>> 16).toString(8))
    assert.deepEqual(modes, ['100755', '100644'])
  })

  it('follows links, as workspaces make them, and refuses those without end', async () => {
    using elsewhere = new TestDirectory({ 'lib.js': 'linked' })
    using directory = new TestDirectory({ 'node_modules/y/index.js': 'y', 'index.js': '' })
    symlinkSync(elsewhere.path, join(directory.path, 'node_modules/lib'))
    const files = unzipSync(await pack(directory.path))
    assert.equal(strFromU8(files['node_modules/lib/lib.js']!), 'linked')
    symlinkSync(directory.path, join(directory.path, 'node_modules/self'))
    await assert.rejects(pack(directory.path), /^CliError: node_modules\/self is a link to a dir/)
    directory.write('.lambdadignore', 'self\n')
    symlinkSync('nowhere', join(directory.path, 'lost'))
    await assert.rejects(pack(directory.path), /^CliError: lost is a link that leads nowhere/)
  })

  it('refuses what there is nothing of, and what is too much for Lambda, before it reads it', async () => {
    using directory = new TestDirectory({ '.DS_Store': '' })
    await assert.rejects(pack(directory.path), /has no files to deploy/)
    await assert.rejects(pack(join(directory.path, 'nowhere')), /is no directory/)
    truncateSync(directory.write('large', ''), packageBytesMax.unzipped + 1)
    await assert.rejects(listFiles(directory.path), (error: CliError) => {
      assert.match(error.message, /is more than Lambda takes: 262\.1 MB and 65535 files/)
      return true
    })
  })
})
