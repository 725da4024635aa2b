/** What the tests of this folder share: a function in a temporary folder, running, then gone. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Bootstrap } from './fake-runtime-api.mjs'

export const majors = [20, 22, 24]
/** The runtimes with callback-style handlers. */
export const legacyMajors = [20, 22]

/** What AWS's bootstrap gives Node.js (README, "Contract with the platform"). @param {number} major */
export function lambdaFlags(major) {
  return [
    '--max-http-header-size=81920',
    ...(major <= 22 ? ['--no-experimental-require-module'] : []),
    ...(major === 22 ? ['--no-experimental-detect-module'] : []),
  ]
}

/**
 * Deploys `files`, starts the bootstrap, calls `body`, and leaves nothing behind.
 * @param {number} major
 * @param {string | Record<string, string>} files text of index.js, or name to text
 * @param {(bootstrap: Bootstrap, taskRoot: string) => Promise<void>} body
 * @param {object} [options] of Bootstrap.start
 */
export async function withFunction(major, files, body, options = {}) {
  const taskRoot = mkdtempSync(join(tmpdir(), 'lambdad-node-'))
  let bootstrap
  try {
    const all = typeof files === 'string' ? { 'index.js': files } : files
    for (const [name, text] of Object.entries(all)) {
      mkdirSync(dirname(join(taskRoot, name)), { recursive: true })
      writeFileSync(join(taskRoot, name), text)
    }
    bootstrap = await Bootstrap.start({
      major,
      taskRoot,
      handler: 'index.handler',
      flags: lambdaFlags(major),
      ...options,
    })
    await body(bootstrap, taskRoot)
  } finally {
    await bootstrap?.stop()
    rmSync(taskRoot, { recursive: true, force: true })
  }
}
