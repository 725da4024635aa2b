/** `npm test` on test files of our own making: what is run, what the last line says, what is not forgiven. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'

const root = join(import.meta.dirname, '..')
let place: string
before(() => {
  place = fs.mkdtempSync(join(tmpdir(), 'lambdad-run-tests-'))
})
after(() => fs.rmSync(place, { recursive: true }))

interface Run {
  readonly code: number | null
  readonly lastLine: string | undefined
  readonly stdout: string
  readonly stderr: string
}

function runTests(files: Readonly<Record<string, string>>, ...words: string[]): Run {
  const directory = fs.mkdtempSync(join(place, 'case-'))
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(join(directory, name, '..'), { recursive: true })
    fs.writeFileSync(join(directory, name), `import { it } from 'node:test'\n${text}\n`)
  }
  const env = { ...process.env, LAMBDAD_TEST_GRACE_MS: '200' }
  // A runner within a runner would otherwise speak to the outer one.
  delete (env as NodeJS.ProcessEnv)['NODE_TEST_CONTEXT']
  const paths = words.map((word) => (word.startsWith('-') ? word : join(directory, word)))
  const ended = spawnSync(
    process.execPath,
    ['tools/run-tests.ts', ...(paths.length === 0 ? [directory] : paths)],
    { cwd: root, env, encoding: 'utf8' },
  )
  const { stdout, stderr } = ended
  return { code: ended.status, lastLine: stdout.trimEnd().split('\n').at(-1), stdout, stderr }
}

const passing = `it('passes', () => {})`
const failing = `it('fails', () => { throw new Error('for a reason') })`

describe('npm test', () => {
  it('counts what passed and what failed, in its last line', () => {
    const green = runTests({ 'a.test.ts': passing, 'b/b.test.mjs': passing, 'c.ts': failing })
    assert.deepEqual([green.code, green.lastLine], [0, '2 passed, 0 failed'])
    const red = runTests({ 'a.test.ts': `${passing}\n${failing}` })
    assert.deepEqual([red.code, red.lastLine], [1, '1 passed, 1 failed'])
    assert.match(red.stdout, /for a reason/)
  })

  it('counts neither skipped tests nor suites', () => {
    const text = `import { describe } from 'node:test'
      describe('a', () => { ${passing}; it('waits', { skip: 'for root' }, () => {}) })`
    assert.equal(runTests({ 'a.test.ts': text }).lastLine, '1 passed, 0 failed')
  })

  it('counts a file that does not load as failed', () => {
    const { code, lastLine } = runTests({ 'a.test.ts': `import './missing.ts'` })
    assert.deepEqual([code, lastLine], [1, '0 passed, 1 failed'])
  })

  it('runs the files and folders that are named, and passes options on', () => {
    const files = {
      'a.test.ts': passing,
      'b/b.test.ts': failing,
      'c/c.test.ts': `${passing}\n${failing}`,
    }
    assert.equal(runTests(files, 'a.test.ts').lastLine, '1 passed, 0 failed')
    assert.equal(runTests(files, 'a.test.ts', 'c').lastLine, '2 passed, 1 failed')
    const { lastLine } = runTests(files, 'c', '--test-name-pattern=passes')
    assert.equal(lastLine, '1 passed, 0 failed')
  })

  it('fails when there is nothing to run', () => {
    const { code, stderr } = runTests({}, 'nowhere')
    assert.equal(code, 1)
    assert.match(stderr, /^no test file .* in .*nowhere\n$/)
  })

  it('fails a file whose process does not end, and names what it leaked', () => {
    const leaking = `import { createServer } from 'node:net'
      it('leaks', () => { createServer().listen(0, '127.0.0.1') })`
    const { code, lastLine, stdout, stderr } = runTests({ 'a.test.ts': leaking })
    assert.deepEqual([code, lastLine], [1, '1 passed, 1 failed'])
    assert.match(stdout + stderr, /a\.test\.ts has leaked: .*TCPServerWrap/)
  })
})
