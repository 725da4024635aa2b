import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { mkdtemp, readFile, readdir, readlink, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { TestBackend, whyNoOci } from '../test-support.ts'
import { SealedProgram } from './sealed-program.ts'

describe('a program in memory', { skip: whyNoOci(), timeout: 30_000 }, () => {
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
    const command = ['/bin/sh', '-c', 'echo inside; exec sleep 60']
    const sandboxes = [await test.start(command), await test.start(command)]
    const [home] = await readdir(test.runDirectory)
    const sealed = await stat(join(test.runDirectory, home ?? '', 'crun'))
    for (const sandbox of sandboxes) {
      // By now crun has begun anew, if it does.
      assert.equal(String((await sandbox.stdout.take(1).toArray())[0]), 'inside\n')
      const crun = await childNaming(sandbox.id)
      const running = await stat(`/proc/${crun}/exe`)
      assert.deepEqual([running.dev, running.ino], [sealed.dev, sealed.ino])
      await sandbox.destroy('seen')
    }
  })
})

/** Of this process, and whose arguments have this word. */
async function childNaming(word: string): Promise<string | undefined> {
  const children = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8')
  for (const pid of children.trim().split(' ')) {
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8')
    if (words.split('\0').includes(word)) return pid
  }
  return undefined
}
