'use strict'
/**
 * The bootstrap of nodejs20.x, nodejs22.x and nodejs24.x: loads the handler and serves events.
 *
 * Runs inside the sandbox on the function's own Node.js, hence plain JavaScript without
 * dependencies. Order: console, connection, handler, first request for an event. The connection is
 * made before the handler's code runs, so that what that code does to `net` is not ours to bear.
 * A process that was started ahead (`_LAMBDAD_POOLED`) first waits for its function: assignment.cjs.
 * Read next: callback-runtime.cjs or async-runtime.cjs for one invocation; README.md for the whole.
 */
const { installGc, installGlobals } = require('./globals.cjs')
const { patchConsole } = require('./console.cjs')
const { RuntimeClient } = require('./runtime-client.cjs')
const { Lifecycle } = require('./lifecycle.cjs')
const { loadHandler } = require('./handler-loader.cjs')
const { readFunction } = require('./context.cjs')
const { awaitAssignment } = require('./assignment.cjs')
const { setModulePaths } = require('./module-paths.cjs')
const { BEFORE_EXIT, REQUEST_ID, TENANT_ID } = require('./callback-runtime.cjs')

/** The runtimes with callbacks; anything newer, or unknown, is as nodejs24.x. */
function isLegacy() {
  const runtime = /^AWS_Lambda_nodejs(\d+)\.x/.exec(process.env.AWS_EXECUTION_ENV ?? '')
  const major = runtime === null ? Number.parseInt(process.versions.node, 10) : Number(runtime[1])
  return major <= 22
}

function takeRuntimeApiFd() {
  const text = process.env._LAMBDAD_RUNTIME_API_FD
  delete process.env._LAMBDAD_RUNTIME_API_FD
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

/**
 * As on AWS, where the entry point is an ECMAScript module: no `require.main`, and none of our
 * modules in `require.cache`.
 * @returns {() => void} puts them back, so that a late `require` of ours finds its brothers
 */
function hideOurModules() {
  const hidden = Object.entries(require.cache).filter(([file]) => file.startsWith(__dirname))
  for (const [file] of hidden) delete require.cache[file]
  process.mainModule = undefined
  return () => Object.assign(require.cache, Object.fromEntries(hidden))
}

function makeInvoker(options) {
  if (options.loaded.streaming) {
    const { StreamingInvokeProcessor } = require('./streaming.cjs')
    return new StreamingInvokeProcessor(options)
  }
  if (options.legacy) {
    const { Runtime } = require('./callback-runtime.cjs')
    return new Runtime(options)
  }
  const { BufferedInvokeProcessor } = require('./async-runtime.cjs')
  return new BufferedInvokeProcessor(options)
}

/** @param {import('./runtime-client.cjs').RuntimeClient} client @param {boolean} legacy */
async function serve(client, legacy) {
  readFunction()
  setModulePaths()
  const store = installGlobals(legacy)
  installGc()
  const logError = patchConsole({
    legacy,
    requestId: legacy ? () => globalThis[REQUEST_ID] : () => store.getRequestId(),
    tenantId: legacy ? () => globalThis[TENANT_ID] : () => store.getTenantId(),
  })
  const lifecycle = new Lifecycle(logError, legacy)
  client.onClose = () => lifecycle.onClose()
  client.onFatal = (message) => lifecycle.onFatal(message)
  lifecycle.client = client
  globalThis[BEFORE_EXIT] = () => {}
  lifecycle.listen()
  try {
    const showOurModules = hideOurModules()
    const loaded = await loadHandler(
      process.env.LAMBDA_TASK_ROOT ?? process.cwd(),
      process.env._HANDLER ?? '',
      legacy,
    )
    showOurModules()
    const invoker = makeInvoker({ client, loaded, logError, legacy, store })
    hideOurModules()
    client.onEvent = (head, body) => invoker.onEvent(head, body)
    lifecycle.invoker = invoker
    client.next()
  } catch (error) {
    lifecycle.failInit(error)
  }
}

async function start() {
  const legacy = isLegacy()
  const client = new RuntimeClient({
    fd: takeRuntimeApiFd(),
    address: process.env.AWS_LAMBDA_RUNTIME_API ?? 'localhost',
    legacy,
    onClose: () => process.exit(1),
    onFatal: () => process.exit(1),
  })
  if (process.env._LAMBDAD_POOLED === '1') await awaitAssignment(client)
  await serve(client, legacy)
}

void start()
