'use strict'
/**
 * A process that was started ahead waits here until it is told which function it is for.
 *
 * Until then it knows nothing of any function; from then on all is as if it had just been started
 * with the environment it is given. Meanwhile it does what every function needs and none can see.
 * Called by bootstrap.cjs. Its other half: src/dataplane/sandbox-pool.ts.
 */

const Module = require('node:module')
const importModule = require('./import.cjs')

/**
 * Resolves when `process.env` is the function's and the working directory its code.
 * @param {import('./runtime-client.cjs').RuntimeClient} client
 */
async function awaitAssignment(client) {
  const answered = client.assignment()
  // The first dynamic import sets up the loader of ECMAScript modules, which takes some milliseconds.
  await importModule('node:module')
  // As much does this one, which whoever calls anything needs.
  void require('node:net')
  const { env } = JSON.parse(await answered)
  const { NODE_PATH, HOME } = process.env
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name]
  // Some are there already; and to set TZ, to whatever, takes Node.js 0.2 ms.
  for (const [name, value] of Object.entries(env))
    if (process.env[name] !== value) process.env[name] = value
  // Node.js reads these once, at its start, for where modules are looked for.
  if (process.env.NODE_PATH !== NODE_PATH || process.env.HOME !== HOME) Module._initPaths()
  // What is there now was mounted over what was there at the start.
  process.chdir(process.env.LAMBDA_TASK_ROOT)
}

module.exports = { awaitAssignment }
