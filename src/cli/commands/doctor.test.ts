import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, it } from 'node:test'
import type { Finding } from '../../kernel/reports.ts'
import { exitCodes } from '../failure.ts'
import { TestDirectory, runCli } from '../test-support.ts'

/** Why the trial cannot succeed here; false when it can. */
function whyNoTrial(): string | false {
  if (process.getuid?.() !== 0) return 'needs root'
  try {
    execFileSync('unshare', ['--mount', '--net', 'true'], { stdio: 'ignore' })
    execFileSync('crun', ['--version'], { stdio: 'ignore' })
    return false
  } catch {
    return 'needs crun, and the right to make namespaces'
  }
}

interface Report {
  readonly works: boolean
  readonly findings: readonly Finding[]
}

async function examine(
  words: readonly string[] = [],
): Promise<Report & { code: number | null; named: (name: string) => Finding }> {
  const { code, stdout, stderr } = await runCli(['doctor', '--json', ...words])
  assert.equal(stderr, '')
  const report = JSON.parse(stdout) as Report
  const named = (name: string): Finding => {
    const found = report.findings.find((each) => each.name === name)
    assert.ok(found, `a finding about ${name}`)
    return found
  }
  return { ...report, code, named }
}

describe('lambdad doctor', () => {
  it('tells of everything that a server uses, and ends as it finds', async () => {
    const { code, works, findings } = await examine()
    assert.equal(code, works ? 0 : exitCodes.failed)
    assert.equal(works, !findings.some(({ needed, state }) => needed && state === 'missing'))
    const names = findings.map(({ name }) => name)
    assert.equal(new Set(names).size, names.length)
    for (const { name, found, meaning, needed, state, mend } of findings) {
      assert.notEqual(found, '', name)
      assert.match(meaning, /^[A-Z].*\.$/s, name)
      assert.ok(mend !== undefined || !needed || state === 'ok', `${name} says how to mend it`)
    }
  })

  it('makes a sandbox', { skip: whyNoTrial() }, async () => {
    const { named, code } = await examine()
    const { state, found } = named('a sandbox')
    assert.equal(state, 'ok', found)
    assert.match(found, /^made, run and removed in \d+ ms$/)
    assert.equal(code, 0)
  })

  it('says what is missing, and what to type', async () => {
    using directory = new TestDirectory({ file: '' })
    const words = ['--data-dir', `${directory.path}/file/below`]
    const { code, named } = await examine(words)
    assert.equal(code, exitCodes.failed)
    const { state, found, mend } = named('data directory')
    assert.deepEqual([state, found], ['missing', `${directory.path}/file is no directory`])
    assert.match(mend ?? '', /^lambdad start --data-dir DIRECTORY/)
    const { stdout } = await runCli(['doctor', ...words])
    assert.match(stdout, /\nmissing {3}data directory: .*\n {10}.*\n {10}mend: lambdad start --dat/)
    assert.match(
      stdout,
      /\n\nFunctions cannot run in sandboxes here, for the want of: .*data direc/,
    )
  })
})
