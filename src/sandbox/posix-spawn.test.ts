import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { openSync, closeSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Spawner } from './posix-spawn.ts'

const spawner = Spawner.open()
const skip = spawner ? false : 'this Node.js has no node:ffi'

function sh(script: string, descriptors = 3, ...words: string[]) {
  assert.ok(spawner)
  return spawner.spawn(['/bin/sh', '-c', script, 'sh', ...words], descriptors)
}

describe('a child made by posix_spawn', { skip, timeout: 30_000 }, () => {
  it('has its arguments, an empty environment, and the root as its directory', async () => {
    const words = ['two words', '', "it's", '$HOME', 'über', 'x'.repeat(5000)]
    const child = sh('env; pwd; for word; do echo "<$word>"; done', 3, ...words)
    const said = await text(child.stdout)
    assert.equal(said, ['PWD=/', '/', ...words.map((word) => `<${word}>`), ''].join('\n'))
    assert.deepEqual(await child.exited, { code: 0, signal: null })
  })

  it('reads, writes, and has the sockets it was promised and nothing else', async () => {
    const other = openSync('/dev/null', 'r')
    const child = sh('read -r line; echo "$line" >&4; echo wrong >&2; ls -l /proc/self/fd', 5)
    child.stdin.write('through\n')
    const [said] = await once(child.stdio[4]!, 'data')
    assert.equal(String(said), 'through\n')
    assert.equal(await text(child.stderr), 'wrong\n')
    const links = (await text(child.stdout)).trim().split('\n').slice(1)
    // With the directory that ls reads; what this process has got from whoever started it is not looked at.
    const numbers = links.map((link) => Number(/ (\d+) -> /.exec(link)?.[1]))
    assert.deepEqual(
      numbers.filter((number) => number < 16),
      [0, 1, 2, 3, 4, 5],
    )
    assert.equal(links.filter((link) => link.includes('socket:')).length, 5)
    closeSync(other)
    await child.exited
  })

  it('tells how it ended', async () => {
    for (const [script, end] of [
      ['exit 0', { code: 0, signal: null }],
      ['exit 255', { code: 255, signal: null }],
      ['kill -9 $$', { code: null, signal: 'SIGKILL' }],
      // Ignored by this process, and not by its children.
      ['kill -PIPE $$', { code: null, signal: 'SIGPIPE' }],
      ['kill -TERM $$', { code: null, signal: 'SIGTERM' }],
    ] as const) {
      const child = sh(script)
      assert.deepEqual([script, await child.exited], [script, end])
      assert.deepEqual([child.exitCode, child.signalCode], [end.code, end.signal])
      assert.equal(child.kill('SIGKILL'), false)
    }
  })

  it('can be killed, once', async () => {
    const child = sh('exec sleep 60')
    assert.equal(child.kill('SIGKILL'), true)
    assert.deepEqual(await child.exited, { code: null, signal: 'SIGKILL' })
    assert.equal(child.kill('SIGKILL'), false)
    // It is not a zombie, either.
    assert.throws(() => process.kill(child.pid, 0), { code: 'ESRCH' })
  })

  it('may be one of many that end at once, some of them of others', async () => {
    const children = Array.from({ length: 40 }, (_, index) => sh(`exit ${index}`))
    const other = spawnSync('/bin/sh', ['-c', 'exit 7'])
    const ends = await Promise.all(children.map((child) => child.exited))
    assert.deepEqual(
      ends.map(({ code }) => code),
      children.map((_, index) => index),
    )
    assert.equal(other.status, 7)
    assert.equal(process.listenerCount('SIGCHLD'), 0)
  })

  it('keeps what it has written until it is read', async () => {
    const child = sh('echo last words')
    await child.exited
    assert.equal(await text(child.stdout), 'last words\n')
  })

  it('that cannot be started is an error, and leaves no descriptor open', () => {
    const before = openSync('/dev/null', 'r')
    closeSync(before)
    assert.throws(() => spawner?.spawn(['/nowhere/sh'], 5), {
      name: 'SystemCallError',
      message: 'posix_spawn /nowhere/sh: ENOENT',
    })
    const after = openSync('/dev/null', 'r')
    closeSync(after)
    assert.equal(after, before)
    assert.equal(process.listenerCount('SIGCHLD'), 0)
  })

  it('keeps this process alive until it has ended', () => {
    const module = fileURLToPath(new URL('posix-spawn.ts', import.meta.url))
    const script = `import { Spawner } from ${JSON.stringify(module)}
      const child = Spawner.open().spawn(['/bin/sh', '-c', 'exec <&- >&- 2>&-; sleep 0.2; exit 3'], 3)
      child.exited.then(({ code }) => console.log('ended', code))`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script])
    assert.equal(String(stdout), 'ended 3\n')
  })
})
