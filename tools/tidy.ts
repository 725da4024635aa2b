/**
 * Keeps the house in order: layering, sizes, where SQL and time may be, tests beside operations, the map.
 * Run by `npm run check` and, as a test, by tidy.test.ts. Read next: tidy-rules.ts.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { rules } from './tidy-rules.ts'
import { SourceFile } from './tidy-source.ts'
import type { Problem } from './tidy-source.ts'

const patterns = [
  '*.{md,json}',
  '{bin,.ci}/*',
  '{src,tools,test,bench,docs}/**/*.{ts,mts,cts,mjs,cjs,sh,py,rb,md,json,txt}',
  'tools/in-toolchain',
]

/** What is out of order in these files, in the order of files and lines. */
export function tidy(files: readonly SourceFile[]): Problem[] {
  return rules
    .flatMap((rule) => rule(files))
    .toSorted((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1))
}

/** `src/queue/lease.ts:12 time: ...` */
export function lineOf(problem: Problem): string {
  return `${problem.path}:${problem.line} ${problem.rule}: ${problem.advice}`
}

export function readRepository(root: string): SourceFile[] {
  return globSync(patterns, { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return new SourceFile(path.slice(root.length).replace(/^\//, ''), readFileSync(path, 'utf8'))
    })
}

if (import.meta.main) {
  const problems = tidy(readRepository(join(import.meta.dirname, '..')))
  for (const problem of problems) console.error(lineOf(problem))
  if (problems.length > 0) process.exitCode = 1
}
