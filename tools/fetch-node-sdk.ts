/**
 * Installs what Node.js functions find without bringing it, as the server would on first use, and prints where.
 * Runs on lambdad's own Node.js. Called by tools/setup.sh.
 */
import process from 'node:process'
import { systemClock } from '../src/kernel/clock.ts'
import { silentLog } from '../src/kernel/log.ts'
import { InstallError } from '../src/runtimes/node-package.mjs'
import { installNodeSdk } from '../src/runtimes/node/sdk.ts'
import { progressBar } from '../src/runtimes/progress-bar.mjs'

const [cacheDirectory] = process.argv.slice(2)
if (cacheDirectory === undefined) throw new Error('usage: node tools/fetch-node-sdk.ts CACHE')
const bar = progressBar('lambdad: fetching the AWS SDK for JavaScript', process.stderr)
try {
  const options = { cacheDirectory, clock: systemClock, log: silentLog, onProgress: bar.update }
  const directory = await installNodeSdk(options)
  bar.end('done')
  console.log(directory)
} catch (error) {
  if (!(error instanceof InstallError)) throw error
  bar.end('failed')
  process.stderr.write(`lambdad: ${error.message}\n`)
  process.exitCode = 1
}
