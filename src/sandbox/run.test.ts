import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { it } from 'node:test'
import { run } from './run.ts'

it('tells how a program ended, and what it said', async () => {
  const script = 'cat; echo no >&2; exit 7'
  assert.deepEqual(await run('sh', ['-c', script], 'yes'), {
    code: 7,
    stdout: 'yes',
    stderr: 'no\n',
  })
})

it('tells that a program cannot be started, also where there are no descriptors left', async () => {
  const { code, stderr } = await run('no-such-program', [])
  assert.equal(code, undefined)
  assert.match(stderr, /ENOENT/)
  const module = new URL('run.ts', import.meta.url).href
  const script = `
    import { openSync } from 'node:fs'
    const { run } = await import('${module}')
    const held = []
    try { for (;;) held.push(openSync('/dev/null')) } catch {}
    const ran = await run('true', [])
    console.log(JSON.stringify(ran))`
  const words = [
    '-c',
    'ulimit -n 60; exec "$0" --input-type=module -e "$1"',
    process.execPath,
    script,
  ]
  const options = { encoding: 'utf8', timeout: 30_000 } as const
  assert.match(execFileSync('/bin/sh', words, options), /^\{"stdout":"","stderr":".*EMFILE.*"\}$/m)
})

it('kills a program that does not end, and waits for nobody who holds its output', async () => {
  for (const script of ['sleep 3 & exec sleep 3', 'sleep 3 & echo begun']) {
    const { code, stderr } = await run('sh', ['-c', script], '', 300)
    assert.equal(code, undefined)
    assert.match(stderr, /sh has not ended within 300 ms/)
  }
})
