'use strict'
/**
 * Reads HTTP/1.1 responses of the Runtime API from a byte stream, one after the other.
 *
 * It is not a general HTTP client: it keeps only the headers that a runtime needs, and both the
 * head and the body are bounded. Invariant: `push` never keeps a reference to the caller's buffer,
 * so that one buffer serves every read. Called by runtime-client.cjs. Facts: Runtime API 2018-06-01.
 */

/** An event is at most 6 MiB; ten times that is nobody's event. */
const BODY_BYTES_MAX = 64 * 1024 * 1024
/** Client context (3.5 KiB) is the largest header; the base64 is gone by then. */
const HEAD_BYTES_MAX = 64 * 1024
const CHUNK_LINE_BYTES_MAX = 1024
/** What comes in up to this size is read as text, if it is one character a byte. */
const TEXT_BYTES_MAX = 8 * 1024
/** Of a head so many lines are remembered, and each up to so many characters. */
const LINES_KEPT_MAX = 24
const LINE_CHARS_MAX = 256

const HEAD = 0
const BODY = 1
const CHUNK_LINE = 2
const CHUNK_DATA = 3
const CHUNK_END = 4
const TRAILERS = 5

const EMPTY = Buffer.alloc(0)

/**
 * The head of a response. Absent headers are undefined.
 * @typedef {object} ResponseHead
 * @property {number} status
 * @property {number} contentLength 0 when not told
 * @property {boolean} chunked
 * @property {boolean} close the server closes the connection after this response
 * @property {string | undefined} requestId
 * @property {string | undefined} invocationId
 * @property {string | undefined} deadlineMs
 * @property {string | undefined} functionArn
 * @property {string | undefined} traceId
 * @property {string | undefined} clientContext
 * @property {string | undefined} cognitoIdentity
 * @property {string | undefined} tenantId
 *
 * A line of a head that has come before: servers send most of them again with each event, in the same order.
 * @typedef {object} KnownLine
 * @property {string} start name and colon, as sent
 * @property {string} whole with its end; '' once it has come with another value
 * @property {string} value
 * @property {(head: ResponseHead, value: string) => void} set
 */

class ResponseReader {
  /** @param {(head: ResponseHead, body: string) => void} onResponse */
  constructor(onResponse) {
    this.onResponse = onResponse
    this.state = HEAD
    /** Bytes of an unfinished head or line. */
    this.rest = EMPTY
    /** @type {ResponseHead | undefined} */
    this.head = undefined
    this.body = EMPTY
    this.bodyBytes = 0
    this.chunkBytes = 0
    /** @type {KnownLine[]} by their place in the head */
    this.lines = []
    /** The last response that was no event: a result is taken in the same words each time. */
    this.repeated = { text: '', head: undefined, body: '' }
  }

  /**
   * Takes the next bytes; calls `onResponse` for each response that they complete.
   * @param {Buffer} bytes valid only during the call
   * @throws {Error} when they are not HTTP/1.1, or beyond a limit: the connection is then unusable
   */
  push(bytes) {
    let data = bytes
    let offset = 0
    if (this.rest.length > 0) {
      data = Buffer.concat([this.rest, bytes])
      this.rest = EMPTY
    } else if (this.state === HEAD && data.length <= TEXT_BYTES_MAX) {
      offset = this.readText(data)
    }
    while (offset < data.length) {
      const next = this.step(data, offset)
      if (next < 0) {
        this.rest = Buffer.from(data.subarray(offset))
        return
      }
      offset = next
    }
  }

  /** The hot path: whole responses. Gives the offset behind them; what is left is read byte by byte. */
  readText(data) {
    const text = data.toString('utf8')
    // UTF-8 never has more characters than bytes: as many, and each of them is one byte.
    if (text.length !== data.length) return 0
    let at = 0
    while (at < text.length) {
      const { repeated } = this
      const after = at + repeated.text.length
      if (after > at && text.slice(at, after) === repeated.text) {
        at = after
        this.onResponse(repeated.head, repeated.body)
        continue
      }
      const end = text.indexOf('\r\n\r\n', at)
      if (end < 0) return at
      const head = this.parseHead(text.slice(at, end + 2))
      const start = end + 4
      const stop = start + head.contentLength
      if (head.chunked || stop > text.length) return at
      const body = text.slice(start, stop)
      if (head.requestId === undefined && stop - at <= LINE_CHARS_MAX)
        this.repeated = { text: own(text.slice(at, stop)), head, body: own(body) }
      at = stop
      this.onResponse(head, body)
    }
    return at
  }

  /** Consumes one element at `offset`; gives the offset behind it, or -1 when bytes are missing. */
  step(data, offset) {
    switch (this.state) {
      case HEAD:
        return this.readHead(data, offset)
      case BODY:
        return this.readBody(data, offset)
      case CHUNK_DATA:
        return this.readChunkData(data, offset)
      default:
        return this.readLine(data, offset)
    }
  }

  readHead(data, offset) {
    const end = data.indexOf('\r\n\r\n', offset, 'latin1')
    if (end < 0 ? data.length - offset > HEAD_BYTES_MAX : end - offset > HEAD_BYTES_MAX) {
      throw new Error(`Runtime API: response head is longer than ${HEAD_BYTES_MAX} bytes`)
    }
    if (end < 0) return -1
    const head = this.parseHead(data.toString('utf8', offset, end + 2))
    const start = end + 4
    if (head.chunked) {
      this.head = head
      this.bodyBytes = 0
      this.body = EMPTY
      this.state = CHUNK_LINE
      return start
    }
    const length = head.contentLength
    if (length > BODY_BYTES_MAX) {
      throw new Error(`Runtime API: response body of ${length} bytes, limit ${BODY_BYTES_MAX}`)
    }
    if (start + length <= data.length) {
      this.onResponse(head, length === 0 ? '' : data.toString('utf8', start, start + length))
      return start + length
    }
    this.head = head
    this.body = Buffer.allocUnsafeSlow(length)
    this.bodyBytes = 0
    this.state = BODY
    return start
  }

  /**
   * @param {string} text status line and header lines, each with its end
   * @returns {ResponseHead}
   */
  parseHead(text) {
    if (!text.startsWith('HTTP/1.') || text.charCodeAt(8) !== 32) {
      throw new Error('Runtime API: the answer is not HTTP/1.1')
    }
    const status = Number(text.slice(9, 12))
    if (!(status >= 200 && status <= 599)) throw new Error('Runtime API: bad status line')
    const head = {
      status,
      contentLength: 0,
      chunked: false,
      close: false,
      requestId: undefined,
      invocationId: undefined,
      deadlineMs: undefined,
      functionArn: undefined,
      traceId: undefined,
      clientContext: undefined,
      cognitoIdentity: undefined,
      tenantId: undefined,
    }
    let place = 0
    for (let at = text.indexOf('\r\n') + 2; at < text.length; place++) {
      const known = this.lines[place]
      const after = known === undefined ? at : at + known.whole.length
      if (after > at && text.slice(at, after) === known.whole) {
        known.set(head, known.value)
        at = after
        continue
      }
      const end = text.indexOf('\r\n', at)
      this.readHeader(head, text, at, end, place)
      at = end + 2
    }
    return head
  }

  readHeader(head, text, at, end, place) {
    const known = this.lines[place]
    if (known !== undefined && text.slice(at, at + known.start.length) === known.start) {
      known.whole = ''
      known.set(head, text.slice(at + known.start.length, end).trim())
      return
    }
    const colon = text.indexOf(':', at)
    if (colon < 0 || colon > end) throw new Error('Runtime API: bad header line')
    const set = SETTERS.get(text.slice(at, colon).toLowerCase()) ?? ignore
    const value = text.slice(colon + 1, end).trim()
    set(head, value)
    if (place >= LINES_KEPT_MAX || end - at > LINE_CHARS_MAX) return
    this.lines[place] = {
      start: own(text.slice(at, colon + 1)),
      whole: own(text.slice(at, end + 2)),
      value: own(value),
      set,
    }
  }

  readBody(data, offset) {
    const taken = data.copy(this.body, this.bodyBytes, offset)
    this.bodyBytes += taken
    if (this.bodyBytes === this.body.length) this.finish()
    return offset + taken
  }

  readChunkData(data, offset) {
    const taken = Math.min(this.chunkBytes, data.length - offset)
    data.copy(this.body, this.bodyBytes, offset, offset + taken)
    this.bodyBytes += taken
    this.chunkBytes -= taken
    if (this.chunkBytes === 0) this.state = CHUNK_END
    return offset + taken
  }

  readLine(data, offset) {
    const end = data.indexOf('\r\n', offset, 'latin1')
    if ((end < 0 ? data.length : end) - offset > CHUNK_LINE_BYTES_MAX) {
      throw new Error('Runtime API: chunk line too long')
    }
    if (end < 0) return -1
    const line = data.toString('latin1', offset, end)
    if (this.state === CHUNK_LINE) this.beginChunk(line)
    else if (this.state === CHUNK_END) {
      if (line !== '') throw new Error('Runtime API: chunk is longer than its size')
      this.state = CHUNK_LINE
    } else if (line === '') this.finish()
    return end + 2
  }

  beginChunk(line) {
    const digits = line.split(';', 1)[0].trim()
    if (!/^[0-9a-fA-F]{1,8}$/.test(digits)) throw new Error('Runtime API: bad chunk size')
    const size = Number.parseInt(digits, 16)
    if (size === 0) {
      this.state = TRAILERS
      return
    }
    const needed = this.bodyBytes + size
    if (needed > BODY_BYTES_MAX) {
      throw new Error(`Runtime API: response body of ${needed} bytes, limit ${BODY_BYTES_MAX}`)
    }
    if (needed > this.body.length) {
      // Doubling keeps the copies linear in the size of the body.
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.body.length * 2))
      this.body.copy(grown, 0, 0, this.bodyBytes)
      this.body = grown
    }
    this.chunkBytes = size
    this.state = CHUNK_DATA
  }

  finish() {
    const head = this.head
    const text = this.body.toString('utf8', 0, this.bodyBytes)
    this.head = undefined
    this.body = EMPTY
    this.state = HEAD
    this.onResponse(head, text)
  }
}

/** @type {Map<string, (head: ResponseHead, value: string) => void>} by name in lower case */
const SETTERS = new Map([
  ['content-length', setContentLength],
  ['transfer-encoding', (head, value) => (head.chunked = value.toLowerCase() === 'chunked')],
  ['connection', (head, value) => (head.close = value.toLowerCase() === 'close')],
  ['lambda-runtime-aws-request-id', (head, value) => (head.requestId = value)],
  ['lambda-runtime-invocation-id', (head, value) => (head.invocationId = value)],
  ['lambda-runtime-deadline-ms', (head, value) => (head.deadlineMs = value)],
  ['lambda-runtime-invoked-function-arn', (head, value) => (head.functionArn = value)],
  ['lambda-runtime-trace-id', (head, value) => (head.traceId = value)],
  ['lambda-runtime-client-context', (head, value) => (head.clientContext = value)],
  ['lambda-runtime-cognito-identity', (head, value) => (head.cognitoIdentity = value)],
  ['lambda-runtime-aws-tenant-id', (head, value) => (head.tenantId = value)],
])

function setContentLength(head, value) {
  if (!/^\d{1,15}$/.test(value)) throw new Error('Runtime API: bad Content-Length')
  head.contentLength = Number(value)
}

/** A copy: a slice would keep all that it is from, and is slower to compare. */
function own(text) {
  return Buffer.from(text).toString()
}

/** For headers that a runtime does not need. */
const ignore = () => {}

module.exports = { ResponseReader, BODY_BYTES_MAX, HEAD_BYTES_MAX }
