/**
 * `npm run check`: everything a change has to pass, the quick and the telling first. Stops at the first step
 * that fails. Called by tools/in-toolchain. Read next: tidy.ts, run-tests.ts.
 */
import { spawnSync } from 'node:child_process'

interface Step {
  readonly name: string
  readonly command: readonly [string, ...string[]]
}

const steps: readonly Step[] = [
  { name: 'format', command: ['oxfmt', '--check'] },
  { name: 'lint', command: ['oxlint'] },
  { name: 'types', command: ['tsc', '-p', '.'] },
  { name: 'tidy', command: [process.execPath, 'tools/tidy.ts'] },
  { name: 'dead code', command: ['knip', '--no-progress'] },
]
// Through the launcher of tasks once more, because tests need more of the machine than these.
const tests: Step = { name: 'tests', command: ['tools/in-toolchain', 'test'] }

const isQuick = process.argv.includes('--quick')
for (const { name, command } of isQuick ? steps : [...steps, tests]) {
  const [program, ...words] = command
  console.log(`${name}: ${command.join(' ')}`)
  const startMs = performance.now()
  const ended = spawnSync(program, words, { stdio: 'inherit' })
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
  if (ended.status !== 0) {
    const reason = ended.error?.message ?? `exit code ${ended.status}`
    console.error(`${name}: failed after ${seconds} s (${reason})`)
    process.exit(1)
  }
  console.log(`${name}: passed, ${seconds} s\n`)
}
