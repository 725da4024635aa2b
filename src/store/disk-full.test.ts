/** A disk that is really full: a tmpfs of 8 MB, in a mount namespace of its own so that it dies with the child. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const child = new URL('./disk-full-child.test-kit.ts', import.meta.url).pathname
const mayMount = spawnSync('unshare', ['--mount', 'true']).status === 0

test(
  'a full disk is a StoreFullError everywhere, loses nothing, leaves nothing, and heals',
  { skip: mayMount ? false : 'needs the right to mount (root) to make a small disk' },
  async () => {
    const root = await mkdtemp(join(tmpdir(), 'disk-full-'))
    try {
      const script = 'mount -t tmpfs -o size=8m,mode=0700 tmpfs "$1" && exec "$2" "$3" "$1"'
      const args = ['--mount', 'sh', '-c', script, 'sh', root, process.execPath, child]
      const { stdout, stderr } = spawnSync('unshare', args, { encoding: 'utf8' })
      assert.notEqual(stdout, '', stderr)
      const { seen, recovered } = JSON.parse(stdout)
      const full = 'StoreFullError'
      const { acknowledged, ...facts } = seen
      assert.ok(acknowledged > 0)
      assert.deepEqual(facts, {
        write: full,
        transaction: full,
        group: [full, full, full],
        blob: full,
        temporary: [],
        extract: full,
        unpacked: [],
        openDatabase: full,
        openDirectory: full,
        readable: true,
      })
      const fine = 'no error'
      assert.deepEqual(recovered, {
        write: fine,
        transaction: fine,
        blob: fine,
        extract: fine,
        readable: true,
      })
    } finally {
      await rm(root, { recursive: true, force: true })
    }
  },
)
