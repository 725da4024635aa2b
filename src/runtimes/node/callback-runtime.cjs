'use strict'
/**
 * Invokes buffered handlers of nodejs20.x and nodejs22.x: async, thenable, or callback style.
 *
 * A result is decided when the handler settles or calls back, and sent in the next check phase of
 * the event loop together with the request for the next event: an unhandled rejection or an exit in
 * between must not meet an event that was already asked for. Invariant: one invocation at a time;
 * what an earlier one still does is ignored. Read next: lifecycle.cjs.
 */
const { NodeJsExit } = require('./errors.cjs')
const { callbackContext, setTraceId } = require('./context.cjs')

/** Where AWS keeps its `beforeExit` listener; monitoring tools wrap it. */
const BEFORE_EXIT = Symbol.for('aws.lambda.beforeExit')
const REQUEST_ID = Symbol.for('aws.lambda.runtime.requestId')
const TENANT_ID = Symbol.for('aws.lambda.runtime.tenantId')

const nothing = () => {}
const settled = Promise.resolve()

/** One invocation: what makes `callback`, `succeed`, `fail` and `done` count only once. */
class Invocation {
  constructor(runtime, head) {
    this.runtime = runtime
    this.head = head
    this.finished = false
    this.completed = false
    this.context = undefined
  }

  complete(result) {
    if (this.completed) {
      console.error(
        'Invocation has already been reported as done. Cannot call complete more than once per invocation.',
      )
      return
    }
    this.completed = true
    this.runtime.finish(this, this.runtime.client.responseText(this.head, serialize(result)))
  }

  postError(error) {
    this.runtime.logError('Invoke Error', error)
    this.runtime.finish(this, this.runtime.client.errorText(this.head, error))
  }

  /** Also true of an earlier invocation whose callbacks come late: they must not touch this one. */
  isOver() {
    return this.finished || this.runtime.current !== this
  }

  /** `callback(error, result)`: waits for an empty event loop unless told otherwise. */
  callback(error, result) {
    if (this.isOver()) return
    globalThis[BEFORE_EXIT] = nothing
    if (error !== undefined && error !== null) this.postError(error)
    else if (this.context && !this.context.callbackWaitsForEmptyEventLoop) this.complete(result)
    else globalThis[BEFORE_EXIT] = () => setImmediate(() => this.complete(result))
    // Only now: a result that cannot be serialised leaves the way open to report that.
    this.finished = true
  }

  done(error, result) {
    if (this.isOver()) return
    globalThis[BEFORE_EXIT] = nothing
    if (error !== undefined && error !== null) this.postError(error)
    else this.complete(result)
    this.finished = true
  }
}

/** @returns {string} JSON @throws {Error} with AWS's words */
function serialize(result) {
  let text
  try {
    text = JSON.stringify(result === undefined ? null : result)
  } catch {
    throw new Error('Unable to stringify response body')
  }
  // A function or a symbol has no JSON; these are the words of AWS's native client.
  if (text === undefined) throw new TypeError('Wrong arguments')
  return text
}

/** Its name is in stack traces: `at Runtime.handler (/var/task/index.js:2:9)`. */
class Runtime {
  /**
   * @param {object} options
   * @param {import('./runtime-client.cjs').RuntimeClient} options.client
   * @param {import('./handler-loader.cjs').LoadedHandler} options.loaded
   * @param {(message: string, error: unknown) => void} options.logError
   */
  constructor({ client, loaded, logError }) {
    this.client = client
    this.handler = loaded.handler
    this.isAsync = loaded.isAsync
    this.logError = logError
    /** @type {Invocation | undefined} undefined while it waits for an event */
    this.current = undefined
    this.body = ''
    /** The request that is decided and not sent yet. @type {string | undefined} */
    this.outgoing = undefined
    this.flush = () => this.sendDecided()
    this.onDry = () => this.runDry()
    this.handleOnce = () => this.handleOnceNonStreaming()
  }

  /** @param {import('./response-reader.cjs').ResponseHead} head @param {string} body */
  onEvent(head, body) {
    this.current = new Invocation(this, head)
    this.body = body
    globalThis[REQUEST_ID] = head.requestId
    globalThis[TENANT_ID] = head.tenantId
    globalThis[BEFORE_EXIT] = this.onDry
    // In a microtask, so that a handler's stack trace ends here and not in Node's stream code.
    void settled.then(this.handleOnce)
  }

  handleOnceNonStreaming() {
    const invocation = this.current
    const body = this.body
    this.body = ''
    const callback = (error, result) => invocation.callback(error, result)
    try {
      const event = JSON.parse(body)
      setTraceId(invocation.head.traceId)
      const context = callbackContext(invocation.head, {
        succeed: (result) => invocation.done(null, result),
        fail: (error) => invocation.done(error ?? 'handled'),
        done: (error, result) => invocation.done(error, result),
      })
      invocation.context = context
      const result = this.handler(event, context, callback)
      if (result && typeof result.then === 'function') {
        result.then(context.succeed, context.fail).catch(context.fail)
      }
    } catch (error) {
      callback(error)
    }
  }

  /** The event loop is empty and the invocation undecided. */
  runDry() {
    const invocation = this.current
    if (invocation === undefined || this.outgoing !== undefined) return
    globalThis[BEFORE_EXIT] = nothing
    invocation.completed = true
    if (this.isAsync) invocation.postError(new NodeJsExit())
    // A callback that was never called is a success without a value.
    else this.finish(invocation, this.client.responseText(invocation.head, 'null'))
  }

  finish(invocation, text) {
    if (invocation !== this.current || this.outgoing !== undefined) return
    this.outgoing = text
    setImmediate(this.flush)
  }

  sendDecided() {
    const text = this.outgoing
    if (text === undefined) return
    this.outgoing = undefined
    this.current = undefined
    this.client.respondAndNext(text)
  }

  /**
   * The process is about to end with an error. On these runtimes a decided result stands.
   * @returns {string | undefined} the request to send before that
   */
  lastWords(error) {
    const decided = this.outgoing
    const invocation = this.current
    this.outgoing = undefined
    // From here on the handler can decide nothing: a dying process must not ask for an event.
    this.current = undefined
    if (decided !== undefined || invocation === undefined) return decided
    return this.client.errorText(invocation.head, error)
  }

  /** `process.exit` was called: a decided result stands, an undecided one is the platform's. */
  onExit() {
    if (this.outgoing !== undefined) this.client.sendSync(this.outgoing)
  }

  onBeforeExit() {
    globalThis[BEFORE_EXIT]?.()
  }
}

module.exports = { Runtime, BEFORE_EXIT, REQUEST_ID, TENANT_ID }
