/**
 * `npm test`: node:test over every test file, or over the folders and files named on the command line;
 * words that begin with a dash are options for node:test.
 * Called by tools/in-toolchain, which has set everything up. Read next: reporter.ts.
 */
import { spawnSync } from 'node:child_process'
import { globSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

const rooms = ['src', 'tools', 'test', 'bench']
/** No test takes long; one that hangs must not take the run with it. */
const timeoutMs = 120_000

const words = process.argv.slice(2)
const options = words.filter((word) => word.startsWith('-'))
const files = testFiles(words.filter((word) => !word.startsWith('-')))
if (files.length === 0) {
  console.error(`no test file (*.test.ts, *.test.mjs) in ${words.join(' ')}`)
  process.exit(1)
}
const ended = spawnSync(
  process.execPath,
  [
    '--test',
    '--test-reporter=./tools/reporter.ts',
    '--import=./tools/test-guard.ts',
    `--test-timeout=${timeoutMs}`,
    `--test-concurrency=${availableParallelism()}`,
    ...options,
    ...files,
  ],
  { stdio: 'inherit' },
)
process.exitCode = ended.status ?? 1

/** @param places folders and files; every room when there are none. */
function testFiles(places: readonly string[]): string[] {
  const found = (places.length === 0 ? rooms : places).flatMap((place) =>
    statSync(place, { throwIfNoEntry: false })?.isFile() === true
      ? [place]
      : globSync(join(place, '**/*.test.{ts,mjs}')),
  )
  return [...new Set(found)].toSorted()
}
