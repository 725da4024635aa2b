'use strict'
/**
 * What AWS puts into the global scope of a handler: `awslambda`, and `gc`.
 *
 * nodejs20.x and 22.x: `streamifyResponse`, `HttpResponseStream`; nodejs24.x also `InvokeStore`
 * (the contract of the npm package @aws/lambda-invoke-store, which looks for it there).
 * `AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA` = 1 or true leaves the global scope alone.
 */
const HANDLER_STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming')
const HANDLER_HIGHWATERMARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark')
const HTTP_INTEGRATION_TYPE = 'application/vnd.awslambda.http-integration-response'
/** NUL bytes between the JSON prelude and the payload. */
const PRELUDE_DELIMITER_BYTES = 8

const PROTECTED_KEYS = {
  REQUEST_ID: Symbol.for('_AWS_LAMBDA_REQUEST_ID'),
  X_RAY_TRACE_ID: Symbol.for('_AWS_LAMBDA_X_RAY_TRACE_ID'),
  TENANT_ID: Symbol.for('_AWS_LAMBDA_TENANT_ID'),
}

/** Marks a handler as streaming; gives the same function back. */
function streamifyResponse(handler, options) {
  handler[HANDLER_STREAMING] = 'response'
  if (typeof options?.highWaterMark === 'number') {
    handler[HANDLER_HIGHWATERMARK] = Number.parseInt(options.highWaterMark, 10)
  }
  return handler
}

class HttpResponseStream {
  /**
   * Puts status, headers and cookies in front of the payload. As on AWS the prelude goes out with
   * the first `write`; a stream that is only ended has none.
   */
  static from(underlyingStream, prelude) {
    underlyingStream.setContentType(HTTP_INTEGRATION_TYPE)
    const text = JSON.stringify(prelude)
    underlyingStream._onBeforeFirstWrite = (write) => {
      write(text)
      write(new Uint8Array(PRELUDE_DELIMITER_BYTES))
    }
    return underlyingStream
  }
}

/** One invocation at a time, so a field will do; it stays set until the next one, as on AWS. */
class InvokeStoreSingle {
  static PROTECTED_KEYS = PROTECTED_KEYS
  currentContext = undefined

  isProtectedKey(key) {
    return Object.values(PROTECTED_KEYS).includes(key)
  }

  getContext() {
    return this.currentContext
  }

  hasContext() {
    return this.currentContext !== undefined
  }

  get(key) {
    return this.currentContext?.[key]
  }

  set(key, value) {
    if (this.isProtectedKey(key)) {
      throw new Error(`Cannot modify protected Lambda context field: ${String(key)}`)
    }
    this.currentContext ??= {}
    this.currentContext[key] = value
  }

  run(context, fn) {
    this.currentContext = context
    return fn()
  }

  getRequestId() {
    return this.get(PROTECTED_KEYS.REQUEST_ID) ?? '-'
  }

  getXRayTraceId() {
    return this.get(PROTECTED_KEYS.X_RAY_TRACE_ID)
  }

  getTenantId() {
    return this.get(PROTECTED_KEYS.TENANT_ID)
  }
}

/**
 * @param {boolean} legacy nodejs22.x and before: no InvokeStore
 * @returns {InvokeStoreSingle | undefined} the store, whether or not it is global
 */
function installGlobals(legacy) {
  const store = legacy ? undefined : new InvokeStoreSingle()
  const off = process.env.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA
  if (off === '1' || off === 'true') return store
  globalThis.awslambda = {
    ...(store === undefined ? undefined : { InvokeStore: store }),
    streamifyResponse,
    HttpResponseStream,
  }
  return store
}

/** As a property of the global object, and among the arguments that a process forked from here gets. */
const GC_FLAG = '--expose-gc'

/**
 * `gc`, which AWS's flag `--expose-gc` makes. Started with that flag Node.js cannot use what it has compiled of its own
 * modules, because the flags were others then, and takes 10 to 13 ms longer; so V8 is asked for it when it is called.
 */
function installGc() {
  if (typeof globalThis.gc === 'function') return
  let collect
  const gc = (...options) => {
    collect ??= exposedGc()
    return collect(...options)
  }
  Object.defineProperty(globalThis, 'gc', {
    value: gc,
    writable: true,
    enumerable: false,
    configurable: true,
  })
  process.execArgv.unshift(GC_FLAG)
}

/** The function itself; V8 puts it into every context that is made from now on. */
function exposedGc() {
  require('node:v8').setFlagsFromString(GC_FLAG)
  return require('node:vm').runInNewContext('gc')
}

module.exports = {
  installGlobals,
  installGc,
  HANDLER_STREAMING,
  HANDLER_HIGHWATERMARK,
  PROTECTED_KEYS,
}
