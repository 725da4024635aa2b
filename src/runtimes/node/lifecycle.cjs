'use strict'
/**
 * How the process ends: errors that nobody caught, an empty event loop, `process.exit`.
 *
 * Exit codes are AWS's: 128 unhandled rejection, 129 uncaught exception or failed start. Whatever
 * is still to be told to the Runtime API is told, and answered, before the process goes. Called by
 * bootstrap.cjs. Facts: AWS developer guide, runtime interface client.
 */
const { UnhandledPromiseRejection } = require('./errors.cjs')

const EXIT_UNHANDLED_REJECTION = 128
const EXIT_UNCAUGHT_EXCEPTION = 129
/** Node's own code for a module whose top-level await never settles. */
const EXIT_UNSETTLED_AWAIT = 13

/**
 * @typedef {object} Invoker
 * @property {(head: import('./response-reader.cjs').ResponseHead, body: string) => void} onEvent
 * @property {(error: unknown) => string | undefined} lastWords what to send before the process ends
 * @property {() => void} onExit
 * @property {() => void} onBeforeExit
 */

class Lifecycle {
  /**
   * @param {(message: string, error: unknown) => void} logError
   * @param {boolean} legacy nodejs22.x and before
   */
  constructor(logError, legacy) {
    this.logError = logError
    this.legacy = legacy
    /** @type {import('./runtime-client.cjs').RuntimeClient | undefined} */
    this.client = undefined
    /** @type {Invoker | undefined} undefined until the handler is loaded */
    this.invoker = undefined
    this.ending = false
  }

  listen() {
    process.on('uncaughtException', (error) => {
      this.logError('Uncaught Exception', error)
      this.end(error, EXIT_UNCAUGHT_EXCEPTION)
    })
    process.on('unhandledRejection', (reason, promise) => {
      const error = new UnhandledPromiseRejection(reason, promise)
      this.logError('Unhandled Promise Rejection', error)
      this.end(error, EXIT_UNHANDLED_REJECTION)
    })
    process.on('beforeExit', () => {
      if (this.ending) return
      if (this.invoker !== undefined) this.invoker.onBeforeExit()
      else if (this.legacy) process.exit(EXIT_UNSETTLED_AWAIT)
    })
    process.on('exit', () => {
      if (!this.ending) this.invoker?.onExit()
    })
  }

  /** The function could not be started. */
  failInit(error) {
    this.logError(this.legacy ? 'Uncaught Exception' : 'Init Error', error)
    this.end(error, this.legacy ? EXIT_UNCAUGHT_EXCEPTION : 1)
  }

  /** Tells the Runtime API what it must still hear, then ends the process. */
  end(error, code) {
    if (this.ending) return
    this.ending = true
    const { client, invoker } = this
    const exit = () => process.exit(code)
    const text = invoker === undefined ? client.initErrorText(error) : invoker.lastWords(error)
    if (text !== undefined) client.send(text, exit)
    // A streaming response was just ended by its trailers: its answer is the last one expected.
    else if (client.expected.length > 0 && client.expected[0] !== null) client.expected[0] = exit
    else exit()
  }

  /** The Runtime API refuses to give events, or cannot be understood. */
  onFatal(message) {
    if (!this.ending) console.log(`Unexpected Top Level Error: Error: ${message}`)
    this.ending = true
    process.exit(EXIT_UNCAUGHT_EXCEPTION)
  }

  /** The platform has hung up: it is done with this sandbox, nobody reads its logs. */
  onClose() {
    this.ending = true
    process.exit(1)
  }
}

module.exports = { Lifecycle }
