'use strict'
/**
 * The connection to the Runtime API: sends requests, hands out answers in order.
 *
 * The socket is file descriptor 3 (`_LAMBDAD_RUNTIME_API_FD`) or TCP. On the hot path a result and
 * the request for the next event leave in one write (`respondAndNext`). It does not know what a
 * handler is. Invariant: `expected` has one entry for each answer that is still to come.
 * Called by the invokers (callback-runtime.cjs, async-runtime.cjs, streaming.cjs) and lifecycle.cjs.
 */
const { connect } = require('./connection.cjs')
const { ResponseReader } = require('./response-reader.cjs')
const { serializeError, toXRayCause } = require('./errors.cjs')
const { writeAll } = require('./console.cjs')

const VERSION = '/2018-06-01/runtime'
/** Ours: no runtime of AWS's asks for it. */
const ASSIGNMENT = '/2018-06-01/lambdad/assignment'
/** A cause of this size or more is not sent at all, as by AWS's clients. */
const XRAY_CAUSE_BYTES_MAX = 1024 * 1024
const ERROR_TYPE_CHARS_MAX = 256
const READ_BUFFER_BYTES = 64 * 1024

class RuntimeClient {
  /**
   * @param {object} options
   * @param {number | undefined} options.fd a connected stream socket; undefined = TCP
   * @param {string} options.address `host:port` of the Runtime API
   * @param {boolean} options.legacy nodejs22.x and before
   * @param {() => void} options.onClose the Runtime API has gone
   * @param {(message: string) => void} options.onFatal it refuses to go on, or talks nonsense
   */
  constructor({ fd, address, legacy, onClose, onFatal }) {
    this.fd = fd
    this.address = address
    this.legacy = legacy
    this.onClose = onClose
    this.onFatal = onFatal
    /** @type {(head: import('./response-reader.cjs').ResponseHead, body: string) => void} */
    this.onEvent = () => {}
    /** @type {(((body: string) => void) | null)[]} null: the next event; else called when answered */
    this.expected = []
    this.host = `\r\nHost: ${address}\r\n`
    this.nextText = `GET ${VERSION}/invocation/next HTTP/1.1${this.host}\r\n`
    this.readBuffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES)
    /** @type {import('./connection.cjs').Connection | undefined} */
    this.connection = undefined
    this.keptAlive = false
    this.ignore = () => {}
    this.connect()
  }

  connect() {
    const reader = new ResponseReader((head, body) => this.onAnswer(head, body))
    const connection = connect({
      fd: this.fd,
      address: this.address,
      buffer: this.readBuffer,
      onData: (length) => {
        try {
          reader.push(this.readBuffer.subarray(0, length))
        } catch (error) {
          this.onFatal(error.message)
        }
      },
      onClose: () => this.onClosed(),
    })
    this.connection = connection
    if (!this.keptAlive) connection.unref()
  }

  onClosed() {
    this.connection = undefined
    // Between requests a TCP server may hang up; the next write connects again.
    if (this.fd === undefined && this.expected.length === 0) return
    this.onClose()
  }

  /**
   * Whether the connection keeps the process alive: only while it waits for an event or an answer.
   * During an invocation it must not, or `beforeExit` would never tell that a handler ran dry.
   */
  keepAlive(wanted) {
    if (this.keptAlive === wanted) return
    this.keptAlive = wanted
    if (wanted) this.connection?.ref()
    else this.connection?.unref()
  }

  /**
   * @param {string | Uint8Array[]} data parts are one write, without copying
   * @param {() => void} [done] when it has left the process
   */
  write(data, done) {
    if (this.connection === undefined) {
      // One that was inherited and has gone comes back no more.
      if (this.fd !== undefined) return
      this.connect()
    }
    this.connection.write(data, done)
  }

  /** The TCP server closes this connection; a request for an event that was on its way is lost. */
  reconnect() {
    const { connection } = this
    this.connection = undefined
    connection?.close()
    if (this.expected.length > 0) this.write(this.nextText)
  }

  /** @param {import('./response-reader.cjs').ResponseHead} head @param {string} body */
  onAnswer(head, body) {
    if (this.expected.length === 0) throw new Error('Runtime API: an answer that nobody asked for')
    const answered = this.expected.shift()
    if (head.close && this.fd === undefined) this.reconnect()
    if (answered !== null) {
      // 4xx to a result is the platform's verdict on it (too large, too late): nothing to do here.
      if (head.status === 500) this.onFatal(`the Runtime API answered 500: ${body}`)
      else answered(body)
      return
    }
    if (head.status !== 200 || head.requestId === undefined) {
      this.onFatal(`Failed to get next invocation, error ${head.status}`)
      return
    }
    this.keepAlive(false)
    this.onEvent(head, body)
  }

  /** Asks for the next event; `onEvent` gets it. */
  next() {
    this.keepAlive(true)
    this.expected.push(null)
    this.write(this.nextText)
  }

  /** Asks which function this process is for. @returns {Promise<string>} JSON, once that is known */
  assignment() {
    return new Promise((resolve) => {
      this.send(`GET ${ASSIGNMENT} HTTP/1.1${this.host}\r\n`, (body) => {
        // As in a process that has just been started: a module that waits for nothing must not wait for ever.
        this.keepAlive(false)
        resolve(body)
      })
    })
  }

  /** Sends the answer to an event (from `responseText` or `errorText`) and asks for the next. */
  respondAndNext(text) {
    this.keepAlive(true)
    this.expected.push(this.ignore, null)
    this.write(text + this.nextText)
  }

  /** Sends a request as text and calls back with the body once it is answered, whatever the answer. */
  send(text, answered) {
    this.keepAlive(true)
    this.expected.push(answered)
    this.write(text)
  }

  /** For a process that is about to end: returns when the bytes have left it. */
  sendSync(text) {
    const fd = this.fd ?? this.connection?.fd
    if (fd === undefined || fd < 0) return
    try {
      writeAll(fd, Buffer.from(text))
    } catch {
      // The Runtime API has gone; the process is ending anyway.
    }
  }

  /** @param {import('./response-reader.cjs').ResponseHead} event @param {string} end of the path */
  post(event, end) {
    const id = encodeURIComponent(event.requestId)
    const text = `POST ${VERSION}/invocation/${id}/${end} HTTP/1.1${this.host}`
    return event.invocationId === undefined
      ? text
      : `${text}Lambda-Runtime-Invocation-Id: ${event.invocationId}\r\n`
  }

  /** The POST of a result. @param {string} body JSON */
  responseText(event, body) {
    const head = this.post(event, 'response')
    return `${head}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  }

  /** The POST of a handler's error. */
  errorText(event, error) {
    const cause = toXRayCause(error)
    const xray =
      cause !== '' && Buffer.byteLength(cause) < XRAY_CAUSE_BYTES_MAX
        ? `Lambda-Runtime-Function-XRay-Error-Cause: ${cause}\r\n`
        : ''
    return this.post(event, 'error') + xray + errorTail(error, this.legacy)
  }

  /** The POST that says that the function could not be started. */
  initErrorText(error) {
    return `POST ${VERSION}/init/error HTTP/1.1${this.host}${errorTail(error, this.legacy)}`
  }
}

function errorTail(error, legacy) {
  const { errorType, text } = serializeError(error, legacy)
  const type =
    errorType.length <= ERROR_TYPE_CHARS_MAX && /^[\x20-\x7e]+$/.test(errorType)
      ? `Lambda-Runtime-Function-Error-Type: ${errorType}\r\n`
      : ''
  return `${type}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
}

module.exports = { RuntimeClient }
