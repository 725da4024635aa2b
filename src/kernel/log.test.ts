/** Both formats, as they come out of a process: on standard error, whole, and nothing on standard output. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { it } from 'node:test'

const log = new URL('./log.ts', import.meta.url).href

/** Runs statements that have `log`. */
function said(format: string, statements: string, level = 'info'): string {
  const script = `import { createLog } from '${log}'
    const log = await createLog('${format}', '${level}')
    ${statements}`
  const args = ['--input-type=module', '--eval', script]
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  assert.deepEqual([stdout, status], ['', 0], stderr)
  return stderr
}

const statements = `
  log.debug({ a: 1 }, 'small')
  log.info({}, 'fine')
  log.warn({ name: 'x', count: 2, list: [1], error: new Error('broke') }, 'odd')
  log.child({ part: 'p' }).error({ a: 1 }, 'bad')`

it('is text for people', () => {
  assert.equal(
    said('text', statements),
    'fine\nwarn: odd name=x count=2 list=[1] error=broke\nerror: bad part=p a=1\n',
  )
  assert.match(said('text', statements, 'debug'), /^debug: small a=1\n/)
  assert.equal(said('text', statements, 'error'), 'error: bad part=p a=1\n')
})

it('is lines of JSON for machines', () => {
  const lines = said('json', statements).trim().split('\n')
  const parsed = lines.map((line) => JSON.parse(line))
  assert.deepEqual(
    parsed.map(({ level, msg }) => [level, msg]),
    [
      [30, 'fine'],
      [40, 'odd'],
      [50, 'bad'],
    ],
  )
  assert.deepEqual([parsed[1].count, parsed[2].part, parsed[2].a], [2, 'p', 1])
})

it('survives fields that cannot be written', () => {
  const text = said('text', `const a = {}; a.a = a; log.info({ a, b: 1n, c: undefined }, 'fine')`)
  assert.match(text, /^fine /)
})

it('lets no value look like a line of its own, or paint the terminal', () => {
  const text = said('text', `log.info({ name: 'a\\nerror: forged \\x1b[31m\\r' }, 'fine')`)
  assert.equal(text, 'fine name=a\n  error: forged \\x1b[31m\\x0d\n')
})
