import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { mkdtemp, readFile, readdir, readlink, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { sleep, systemClock } from '../../kernel/clock.ts'
import { TestBackend, whyNoOci } from '../test-support.ts'
import { SealedProgram } from './sealed-program.ts'

describe('a program in memory', { skip: whyNoOci() }, () => {
  it('runs as the one it was made of, cannot be changed, and goes', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lambdad-sealed-'))
    const sealed = SealedProgram.make('/bin/echo', directory)
    assert.ok(sealed)
    assert.equal(execFileSync(sealed.path, ['it', 'runs'], { encoding: 'utf8' }), 'it runs\n')
    assert.deepEqual(await readFile(sealed.path), await readFile('/bin/echo'))
    const link = await readlink(sealed.path)
    // Who could open it for writing could keep it from being run.
    assert.equal((await stat(link)).mode & 0o777, 0o555)
    for (const flags of ['r+', 'w', 'a'])
      assert.throws(() => writeFileSync(link, 'else', { flag: flags }), { code: 'EPERM' })
    assert.equal(execFileSync(sealed.path, ['still'], { encoding: 'utf8' }), 'still\n')
    sealed[Symbol.dispose]()
    assert.ok(!existsSync(link) || (await readlink(link)) !== '/memfd:echo (deleted)')
    assert.ok(!existsSync(sealed.path))
    await rm(directory, { recursive: true })
  })

  it('is not there when the program is not', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lambdad-sealed-'))
    assert.equal(SealedProgram.make('/nowhere/crun', directory), undefined)
    // Nor where its place is taken, which leaves no descriptor behind.
    writeFileSync(join(directory, 'true'), '')
    assert.equal(SealedProgram.make('/bin/true', directory), undefined)
    const open = spawnSync('ls', ['-l', `/proc/${process.pid}/fd`], { encoding: 'utf8' })
    assert.doesNotMatch(open.stdout, /memfd:true/)
    await rm(directory, { recursive: true })
  })

  it('is what crun runs from, in every sandbox, without a copy of its own', async () => {
    await using test = await TestBackend.open()
    const sandboxes = [
      await test.start(['/bin/sleep', '60']),
      await test.start(['/bin/sleep', '60']),
    ]
    const [home] = await readdir(test.runDirectory)
    const sealed = await stat(join(test.runDirectory, home ?? '', 'crun'))
    for (const sandbox of sandboxes) {
      const [crun] = await processesNaming(sandbox.id)
      const running = await stat(`/proc/${crun}/exe`)
      assert.deepEqual([running.dev, running.ino], [sealed.dev, sealed.ino])
      await sandbox.destroy('seen')
    }
  })
})

/** Whose arguments have this word, once there is one. */
async function processesNaming(word: string): Promise<string[]> {
  for (;;) {
    const found: string[] = []
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      if (words.split('\0').includes(word)) found.push(pid)
    }
    if (found.length > 0) return found
    await sleep(systemClock, 5)
  }
}
