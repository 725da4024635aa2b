'use strict'
/**
 * Invokes streaming handlers (`awslambda.streamifyResponse`), on every version.
 *
 * The response is one chunked POST on the shared connection; an error, early or late, is told in
 * its trailers. Loaded only when the handler is streaming. Invariant: a response that was begun is
 * always terminated before anything else is sent. Facts: Runtime API, custom runtime guide.
 */
const { Writable } = require('node:stream')
const { InvalidStreamingOperation, NodeJsExit, serializeError } = require('./errors.cjs')
const { asyncContext, setTraceId, streamingContext } = require('./context.cjs')
const { BEFORE_EXIT, REQUEST_ID, Runtime, TENANT_ID } = require('./callback-runtime.cjs')
const { storeContext } = require('./async-runtime.cjs')

const nothing = () => {}
const settled = Promise.resolve()

/** `responseStream` of a handler. */
class ResponseStream extends Writable {
  #client
  #event
  #legacy
  /** Whatever the handler gave. @type {unknown} */
  #contentType = 'application/octet-stream'
  #begun = false
  #trailers = ''
  #terminated = false
  #onAnswered = nothing
  /** Set by `HttpResponseStream.from`. @type {((write: (chunk: unknown) => void) => void) | undefined} */
  _onBeforeFirstWrite = undefined
  #firstWritten = false

  constructor(client, event, legacy, highWaterMark) {
    super(highWaterMark === undefined ? {} : { highWaterMark })
    this.#client = client
    this.#event = event
    this.#legacy = legacy
    // A handler that destroys its stream with an error must not crash the process for that.
    this.on('error', nothing)
  }

  /** @throws {InvalidStreamingOperation} after the first write */
  setContentType(contentType) {
    if (this.#firstWritten) {
      throw new InvalidStreamingOperation('Cannot set content-type, too late.')
    }
    this.#contentType = contentType
  }

  write(chunk, encoding, callback) {
    let data = chunk
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) data = JSON.stringify(chunk)
    if (!this.#firstWritten) {
      this.#firstWritten = true
      this._onBeforeFirstWrite?.((part) => super.write(part))
    }
    return super.write(data, encoding, callback)
  }

  _write(chunk, _encoding, callback) {
    this.#send([chunk], callback)
  }

  _writev(entries, callback) {
    this.#send(
      entries.map((entry) => entry.chunk),
      callback,
    )
  }

  #send(chunks, callback) {
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
    const head = this.#begin()
    // An empty chunk would end the body.
    if (bytes === 0) {
      if (head === '') callback()
      else this.#client.write(head, callback)
      return
    }
    const start = `${head}${bytes.toString(16)}\r\n`
    this.#client.write([Buffer.from(start), ...chunks, Buffer.from('\r\n')], callback)
  }

  #begin() {
    if (this.#begun) return ''
    this.#begun = true
    this.#client.expected.push(() => this.#onAnswered())
    const contentType = String(this.#contentType).replace(/[^\t\x20-\x7e]/g, '')
    return (
      this.#client.post(this.#event, 'response') +
      'Lambda-Runtime-Function-Response-Mode: streaming\r\n' +
      'Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n' +
      `Content-Type: ${contentType}\r\nTransfer-Encoding: chunked\r\n\r\n`
    )
  }

  _final(callback) {
    this.#terminate(callback)
  }

  #terminate(callback) {
    if (this.#terminated) return callback()
    this.#terminated = true
    this.#client.keepAlive(true)
    this.#client.write(`${this.#begin()}0\r\n${this.#trailers}\r\n`, callback)
  }

  _destroy(error, callback) {
    callback(error)
  }

  /** Whether anything of the response has been sent. */
  get begun() {
    return this.#begun
  }

  /** Calls back once the Runtime API has answered; the handler cannot see this. */
  static onAnswered(stream, callback) {
    stream.#onAnswered = callback
  }

  /** Ends the response with the error in its trailers. No effect on one that has ended. */
  static fail(stream, error) {
    if (stream.#terminated) return
    const { errorType, text } = serializeError(error, stream.#legacy)
    const type = errorType.replace(/[^\x20-\x7e]/g, '?').slice(0, 256)
    stream.#trailers =
      `Lambda-Runtime-Function-Error-Type: ${type}\r\n` +
      `Lambda-Runtime-Function-Error-Body: ${Buffer.from(text).toString('base64')}\r\n`
    // What the handler has written still goes out, unless it gave the stream up.
    if (stream.destroyed) stream.#terminate(nothing)
    else if (!stream.writableEnded) stream.end()
  }
}

/** Its name is in stack traces: `at StreamingInvokeProcessor.handler (...)`. */
class StreamingInvokeProcessor {
  /**
   * @param {object} options
   * @param {import('./runtime-client.cjs').RuntimeClient} options.client
   * @param {import('./handler-loader.cjs').LoadedHandler} options.loaded
   * @param {(message: string, error: unknown) => void} options.logError
   * @param {boolean} options.legacy
   * @param {{currentContext: object | undefined} | undefined} options.store
   */
  constructor({ client, loaded, logError, legacy, store }) {
    this.client = client
    this.highWaterMark = loaded.highWaterMark
    this.logError = logError
    this.legacy = legacy
    this.store = store
    // The handler's `this`; on nodejs22.x and before its traces say `Runtime.handler`.
    const receiver = legacy ? Object.create(Runtime.prototype) : this
    receiver.handler = loaded.handler
    this.receiver = receiver
    /** @type {{head: object, stream: ResponseStream, context: object | undefined, returned: boolean, answered: boolean, failed: boolean} | undefined} */
    this.current = undefined
  }

  onEvent(head, body) {
    const stream = new ResponseStream(this.client, head, this.legacy, this.highWaterMark)
    const invocation = {
      head,
      stream,
      context: undefined,
      returned: false,
      answered: false,
      failed: false,
    }
    this.current = invocation
    if (this.legacy) {
      globalThis[REQUEST_ID] = head.requestId
      globalThis[TENANT_ID] = head.tenantId
    } else {
      this.store.currentContext = storeContext(head)
    }
    globalThis[BEFORE_EXIT] = () => this.onDry(invocation)
    ResponseStream.onAnswered(stream, () => {
      invocation.answered = true
      this.client.keepAlive(false)
      this.advance(invocation)
    })
    void settled.then(() => this.handleOnceStreaming(invocation, body))
  }

  handleOnceStreaming(invocation, body) {
    const { head, stream } = invocation
    try {
      setTraceId(head.traceId)
      const context = this.legacy ? streamingContext(head) : asyncContext(head)
      invocation.context = context
      const result = this.receiver.handler(JSON.parse(body), stream, context)
      if (!result || typeof result.then !== 'function') {
        const words = 'Streaming does not support non-async handlers.'
        this.fail(invocation, this.legacy ? words : new Error(words))
        return
      }
      Promise.resolve(result).then(
        (value) => {
          if (value !== undefined) console.warn('Streaming handlers ignore return values.')
          invocation.returned = true
          this.advance(invocation)
        },
        (error) => this.fail(invocation, error),
      )
    } catch (error) {
      this.fail(invocation, error)
    }
  }

  fail(invocation, error) {
    if (invocation !== this.current || invocation.failed) return
    invocation.failed = true
    setImmediate(() => {
      this.logError('Invoke Error', error)
      ResponseStream.fail(invocation.stream, error)
      this.advance(invocation)
    })
  }

  /** Goes on once both the handler and the response have come to their end. */
  advance(invocation) {
    if (invocation !== this.current) return
    const { stream, returned, failed, answered, context } = invocation
    if (returned && !failed && stream.destroyed && !stream.writableFinished) {
      this.notFinished(invocation)
      return
    }
    if (!answered || !(returned || failed)) return
    globalThis[BEFORE_EXIT] = nothing
    if (this.legacy && (context === undefined || context.callbackWaitsForEmptyEventLoop)) {
      globalThis[BEFORE_EXIT] = () => setImmediate(() => this.next(invocation))
    } else {
      setImmediate(() => this.next(invocation))
    }
  }

  notFinished(invocation) {
    const words = 'Response stream is not finished.'
    this.fail(invocation, this.legacy ? words : new Error(words))
  }

  next(invocation) {
    if (invocation !== this.current) return
    this.current = undefined
    this.client.next()
  }

  /** The event loop is empty before the invocation came to its end. */
  onDry(invocation) {
    if (invocation.returned) this.notFinished(invocation)
    else this.fail(invocation, new NodeJsExit())
  }

  /** The process is about to end with an error. */
  lastWords(error) {
    const invocation = this.current
    this.current = undefined
    if (invocation === undefined || invocation.answered) return undefined
    if (!invocation.stream.begun) {
      invocation.stream.destroy()
      return this.client.errorText(invocation.head, error)
    }
    ResponseStream.fail(invocation.stream, error)
    return undefined
  }

  /** `process.exit` was called: the platform tells the caller. */
  onExit() {}

  onBeforeExit() {
    globalThis[BEFORE_EXIT]?.()
  }
}

module.exports = { StreamingInvokeProcessor, ResponseStream }
