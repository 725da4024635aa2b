'use strict'
/**
 * From `_HANDLER` (`path/to/file.export.nested`) to a function, in AWS's order and words.
 *
 * Order: file without extension, `.js` (CommonJS unless the nearest package.json says module),
 * `.mjs`, `.cjs`, on nodejs24.x also `.ts`, `.mts`, `.cts`, then Node's own resolution from
 * LAMBDA_TASK_ROOT, which knows NODE_PATH. Called once, by bootstrap.cjs.
 * Facts: AWS developer guide, runtime interface client.
 */
const fs = require('node:fs')
const path = require('node:path')
const { createRequire } = require('node:module')
const { pathToFileURL } = require('node:url')
const errors = require('./errors.cjs')
const importModule = require('./import.cjs')
const { HANDLER_STREAMING, HANDLER_HIGHWATERMARK } = require('./globals.cjs')

/** Handlers are required from AWS's entry point: its name is in "Require stack:" of the errors. */
const requireUser = createRequire(path.join(__dirname, 'index.mjs'))

const CALLBACK_REMOVED =
  'ERROR: AWS Lambda has removed support for callback-based function handlers starting with ' +
  'Node.js 24. You need to modify this function to use a supported handler signature to use ' +
  'Node.js 24 or later. For more information see ' +
  'https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.'

const CALLBACK_WARNING =
  'AWS Lambda plans to remove support for callback-based function handlers starting with Node.js ' +
  '24. You will need to update this function to use an async handler to use Node.js 24 or later. ' +
  'For more information and to provide feedback on this change, see ' +
  'https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/issues/137. To disable this ' +
  'warning, set the AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING environment variable.'

/**
 * @typedef {object} LoadedHandler
 * @property {Function} handler
 * @property {boolean} streaming
 * @property {number | undefined} highWaterMark bytes
 * @property {boolean} isAsync declared with `async`
 */

/**
 * @param {string} taskRoot
 * @param {string} handlerName
 * @param {boolean} legacy nodejs22.x and before
 * @returns {Promise<LoadedHandler>}
 * @throws {Error} one of the Runtime.* errors, or whatever the module itself threw
 */
async function loadHandler(taskRoot, handlerName, legacy) {
  if (handlerName.includes('..')) {
    throw new errors.MalformedHandlerName(
      `'${handlerName}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    )
  }
  const base = path.basename(handlerName)
  const dot = base.indexOf('.')
  if (dot < 0) throw new errors.MalformedHandlerName('Bad handler')
  const moduleRoot = handlerName.slice(0, handlerName.indexOf(base))
  const loaded = await loadModule(taskRoot, moduleRoot, base.slice(0, dot), legacy)
  const exported = base.slice(dot + 1)
  let handler = findExport(loaded, exported)
  if (!handler && !legacy) handler = findExport(loaded?.default, exported)
  if (!handler) throw new errors.HandlerNotFound(`${handlerName} is undefined or not exported`)
  if (typeof handler !== 'function') {
    throw new errors.HandlerNotFound(`${handlerName} is not a function`)
  }
  return describe(handler, legacy)
}

function findExport(exports, name) {
  return name.split('.').reduce((nested, key) => nested && nested[key], exports)
}

/** @returns {LoadedHandler} */
function describe(handler, legacy) {
  const mark = handler[HANDLER_STREAMING]
  const streaming = legacy ? mark !== undefined && mark !== null && mark !== false : Boolean(mark)
  if (streaming && mark !== 'response') {
    throw new errors.MalformedStreamingHandler('Only response streaming is supported.')
  }
  const highWaterMark = Number.parseInt(handler[HANDLER_HIGHWATERMARK], 10)
  const isAsync = handler.constructor?.name === 'AsyncFunction'
  if (!legacy && !streaming && handler.length >= 3) {
    throw new errors.CallbackHandlerDeprecated(CALLBACK_REMOVED)
  }
  if (
    legacy &&
    !streaming &&
    !isAsync &&
    handler.length === 3 &&
    process.env.AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING === undefined
  ) {
    console.warn(CALLBACK_WARNING)
  }
  return {
    handler,
    streaming,
    highWaterMark: highWaterMark > 0 ? highWaterMark : undefined,
    isAsync,
  }
}

async function loadModule(taskRoot, moduleRoot, name, legacy) {
  try {
    return await tryLoad(taskRoot, moduleRoot, name, legacy)
  } catch (error) {
    if (error instanceof SyntaxError) {
      const wrapped = new errors.UserCodeSyntaxError(errors.textOf(error))
      if (!legacy) wrapped.stack = error.stack
      throw wrapped
    }
    if (error?.code === 'MODULE_NOT_FOUND') {
      throw new errors.ImportModuleError(errors.textOf(error))
    }
    throw error
  }
}

async function tryLoad(taskRoot, moduleRoot, name, legacy) {
  const file = path.resolve(taskRoot, moduleRoot, name)
  const isModule = hasTypeModule(path.dirname(file))
  /** @type {[extension: string, load: (path: string) => unknown][]} */
  const candidates = [
    ['', requireFile],
    ['.js', isModule ? importFile : requireFile],
    ['.mjs', importFile],
    ['.cjs', requireFile],
  ]
  if (!legacy) {
    candidates.push(
      ['.ts', isModule ? importFile : requireFile],
      ['.mts', importFile],
      ['.cts', requireFile],
    )
  }
  for (const [extension, load] of candidates) {
    if (!fs.existsSync(file + extension)) continue
    const loaded = await load(file + extension)
    if (loaded) return loaded
  }
  const resolved = requireUser.resolve(name, {
    paths: [taskRoot, legacy ? moduleRoot : path.join(taskRoot, moduleRoot)],
  })
  return requireUser(resolved)
}

function importFile(file) {
  return importModule(pathToFileURL(file).href)
}

function requireFile(file) {
  try {
    return requireUser(file)
  } catch (error) {
    // ECMAScript syntax in a file that is CommonJS by name, with a top-level await: Node can only
    // import it (with module detection on, which Lambda turns off on nodejs20.x and 22.x).
    if (error?.code === 'ERR_REQUIRE_ASYNC_MODULE') return importFile(file)
    throw error
  }
}

/** Whether the nearest package.json says `"type": "module"`; node_modules is a border. */
function hasTypeModule(start) {
  for (let folder = start; !folder.endsWith('/node_modules'); folder = path.dirname(folder)) {
    const file = path.join(folder, 'package.json')
    if (fs.existsSync(file)) {
      try {
        const content = JSON.parse(fs.readFileSync(file, 'utf8'))
        if (content) return content.type === 'module'
      } catch (error) {
        console.warn(
          `${file} cannot be read, it will be ignored for ES module detection purposes.`,
          error,
        )
        return false
      }
    }
    if (folder === path.dirname(folder)) return false
  }
  return false
}

module.exports = { loadHandler }
