/** With files in place of control groups; backend.test.ts and contract.test.ts have real ones. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { silentLog } from '../../kernel/log.ts'
import type { Cgroup } from '../cgroups/cgroups.ts'
import { Spawner } from '../posix-spawn.ts'
import { EnteredShell } from './entered-shell.ts'
import { Precedence } from './precedence.ts'

const spawner = Spawner.open()

for (const [how, by] of [
  ['posix_spawn', spawner],
  ['node:child_process', undefined],
] as const) {
  const skip = how === 'posix_spawn' && !spawner ? 'this Node.js has no node:ffi' : false
  describe(`a shell made by ${how}`, { skip, timeout: 30_000 }, () => {
    let directory = ''
    let precedence: Precedence
    before(async () => {
      directory = await mkdtemp(join(tmpdir(), 'lambdad-shell-'))
      precedence = Precedence.take(silentLog)
    })
    after(async () => {
      precedence[Symbol.dispose]()
      await rm(directory, { recursive: true })
    })

    const start = async (...entrances: string[]): Promise<EnteredShell> => {
      const cgroup = { entrances: entrances.map((name) => join(directory, name)) } as unknown
      return await EnteredShell.start(cgroup as Cgroup, 1, precedence, by)
    }

    it('enters all of its groups, and becomes the command with what it is given', async () => {
      for (const name of ['one', 'two']) await writeFile(join(directory, name), '')
      const shell = await start('one', 'two')
      const words = ['two words', '$HOME', '']
      assert.throws(() => shell.become(['/bin/sh', ...words], false), /is a line/)
      const script = 'pwd; echo "$1|$2"; cat; echo said >&3; echo wrong >&2; exit 7'
      shell.become(['/bin/sh', '-c', script, 'sh', 'two words', '$HOME'], true)
      shell.process.stdin?.end('what follows')
      // From the beginning: what nobody reads is lost with the end of the process.
      const said = text(shell.process.stdio[3] as NodeJS.ReadableStream)
      assert.equal(await text(shell.stdout), '/\ntwo words|$HOME\nwhat follows')
      assert.equal(await text(shell.stderr), 'wrong\n')
      assert.equal(await said, 'said\n')
      assert.deepEqual(await shell.exited, { code: 7, signal: null })
      for (const name of ['one', 'two'])
        assert.equal(await readFile(join(directory, name), 'utf8'), '0\n')
    })

    it('runs nothing when it cannot enter', async () => {
      const shell = await start('nowhere/one')
      shell.become(['/bin/echo', 'ran'], false)
      assert.equal(await text(shell.stdout), '')
      assert.deepEqual(await shell.exited, { code: 125, signal: null })
    })

    it('ends when it is told nothing, and when it is killed', async () => {
      const shell = await start()
      shell.become([], false)
      assert.deepEqual(await shell.exited, { code: 125, signal: null })
      const other = await start()
      other.process.kill('SIGKILL')
      assert.deepEqual(await other.exited, { code: null, signal: 'SIGKILL' })
    })
  })
}
