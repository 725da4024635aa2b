/**
 * Installs a pinned Node.js: `node tools/fetch-node.mjs MAJOR DIRECTORY`. The part of the set-up that is
 * more than shell; runs on the host's own Node (>= 20), before lambdad has one. Called by tools/setup.sh.
 */
import process from 'node:process'

import { installNode, nodePackages } from '../src/runtimes/node-package.mjs'
import { progressBar } from '../src/runtimes/progress-bar.mjs'

/** kernel's Clock, which is TypeScript, in as much as an installation needs of it. */
const clock = {
  after(delayMs, callback) {
    const timer = setTimeout(() => callback(), delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
}

const [major, directory] = process.argv.slice(2)
const bar = progressBar(`lambdad: fetching Node.js ${nodePackages[major]?.version}`, process.stderr)
try {
  await installNode(Number(major), directory, { clock, onProgress: bar.update })
  bar.end('done')
} catch (error) {
  bar.end('failed')
  process.stderr.write(`lambdad: ${error.name === 'InstallError' ? error.message : error.stack}\n`)
  process.exitCode = 1
}
