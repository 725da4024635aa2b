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
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name]
  for (const [name, value] of Object.entries(env)) process.env[name] = value
  // Node.js reads NODE_PATH and HOME once, at its start, for where modules are looked for.
  Module._initPaths()
  // What is there now was mounted over what was there at the start.
  process.chdir(process.env.LAMBDA_TASK_ROOT)
}

module.exports = { awaitAssignment }
