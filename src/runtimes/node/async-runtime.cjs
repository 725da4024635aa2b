'use strict'
/**
 * Invokes buffered handlers of nodejs24.x: the return value, awaited, is the result.
 *
 * No callbacks and no waiting for an empty event loop. A result is sent one turn of the event loop
 * after the handler settled; an unhandled rejection in that turn fails the invocation, as on AWS.
 * Read next: lifecycle.cjs; callback-runtime.cjs is its older brother.
 */
const { JSONStringifyError, NodeJsExit } = require('./errors.cjs')
const { asyncContext, setTraceId } = require('./context.cjs')
const { PROTECTED_KEYS } = require('./globals.cjs')

const resolved = Promise.resolve()

/** @returns {string} JSON @throws {Error} with AWS's words */
function serialize(result) {
  let text
  try {
    text = JSON.stringify(result === undefined ? null : result)
  } catch {
    throw new JSONStringifyError('Unable to stringify response body')
  }
  // A function or a symbol has no JSON; these are the words of AWS's native client.
  if (text === undefined) throw new TypeError('Wrong arguments')
  return text
}

/** What the invoke store holds during an invocation. */
function storeContext(head) {
  return {
    [PROTECTED_KEYS.REQUEST_ID]: head.requestId,
    [PROTECTED_KEYS.X_RAY_TRACE_ID]: head.traceId,
    [PROTECTED_KEYS.TENANT_ID]: head.tenantId,
  }
}

/** Its name is in stack traces: `at BufferedInvokeProcessor.handler (...)`. */
class BufferedInvokeProcessor {
  /**
   * @param {object} options
   * @param {import('./runtime-client.cjs').RuntimeClient} options.client
   * @param {import('./handler-loader.cjs').LoadedHandler} options.loaded
   * @param {(message: string, error: unknown) => void} options.logError
   * @param {{currentContext: object | undefined}} options.store
   */
  constructor({ client, loaded, logError, store }) {
    this.client = client
    this.handler = loaded.handler
    this.logError = logError
    this.store = store
    /** @type {import('./response-reader.cjs').ResponseHead | undefined} */
    this.current = undefined
    this.body = ''
    this.result = undefined
    this.failed = false
    this.decided = false
    this.process = () => this.processInvoke()
    this.flush = () => this.sendDecided()
  }

  /** @param {import('./response-reader.cjs').ResponseHead} head @param {string} body */
  onEvent(head, body) {
    this.current = head
    this.body = body
    this.decided = false
    this.store.currentContext = storeContext(head)
    // In a microtask, so that a handler's stack trace ends here and not in Node's stream code.
    void resolved.then(this.process)
  }

  processInvoke() {
    const head = this.current
    const body = this.body
    this.body = ''
    try {
      setTraceId(head.traceId)
      const context = asyncContext(head)
      const result = this.handler(JSON.parse(body), context)
      if (result && typeof result.then === 'function') {
        // `resolve` also guards against thenables that settle twice.
        Promise.resolve(result).then(
          (value) => this.decide(head, false, value),
          (error) => this.decide(head, true, error),
        )
      } else {
        this.decide(head, false, result)
      }
    } catch (error) {
      this.decide(head, true, error)
    }
  }

  decide(head, failed, value) {
    if (head !== this.current || this.decided) return
    this.decided = true
    this.failed = failed
    this.result = value
    setImmediate(this.flush)
  }

  sendDecided() {
    const head = this.current
    if (head === undefined) return
    const value = this.result
    this.result = undefined
    const text = this.failed ? this.failure(head, value) : this.success(head, value)
    this.current = undefined
    this.client.respondAndNext(text)
  }

  success(head, value) {
    try {
      return this.client.responseText(head, serialize(value))
    } catch (error) {
      return this.failure(head, error)
    }
  }

  failure(head, error) {
    this.logError('Invoke Error', error)
    return this.client.errorText(head, error)
  }

  /** The process is about to end with an error: that is then the result of the invocation. */
  lastWords(error) {
    const head = this.current
    this.current = undefined
    return head === undefined ? undefined : this.client.errorText(head, error)
  }

  /** `process.exit` was called: the platform tells the caller. */
  onExit() {}

  /** The event loop is empty: a promise that nobody can settle any more. */
  onBeforeExit() {
    if (this.current !== undefined) this.decide(this.current, true, new NodeJsExit())
  }
}

module.exports = { BufferedInvokeProcessor, storeContext }
