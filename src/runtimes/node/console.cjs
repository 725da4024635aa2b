'use strict'
/**
 * The console of a handler: `console.*` with request id and level, as text or JSON.
 *
 * One call of the console is one log event. With `_LAMBDA_TELEMETRY_LOG_FD` that is what the frame
 * says (README, "Log frames"); without it newlines become `\r` and the line goes to stdout.
 * Writes are synchronous: what a handler logged is in the pipe before its response is.
 * `process.stdout.write` of the handler is not touched. Facts: runtime interface client, LogPatch.
 */
const fs = require('node:fs')
const { format } = require('node:util')
const { intoError, toLogText } = require('./errors.cjs')

const FRAME_TEXT = 0xa55a0003
const FRAME_JSON = 0xa55a0002
const FRAME_HEADER_BYTES = 16

const LEVELS = {
  TRACE: { name: 'TRACE', priority: 1, mask: 4 },
  DEBUG: { name: 'DEBUG', priority: 2, mask: 8 },
  INFO: { name: 'INFO', priority: 3, mask: 12 },
  WARN: { name: 'WARN', priority: 4, mask: 16 },
  ERROR: { name: 'ERROR', priority: 5, mask: 20 },
  FATAL: { name: 'FATAL', priority: 6, mask: 24 },
}

/** How long to sleep when the reader of the pipe is behind and the pipe is non-blocking. */
const RETRY_MS = 1

/** Writes everything, or throws; blocks while the pipe is full. */
function writeAll(fd, bytes) {
  let offset = 0
  while (offset < bytes.length) {
    try {
      offset += fs.writeSync(fd, bytes, offset)
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS)
    }
  }
}

/** Logging must not take the handler down because the reader has gone. */
function writeLog(fd, bytes) {
  try {
    writeAll(fd, bytes)
  } catch (error) {
    if (error.code !== 'EPIPE') throw error
  }
}

/** @param {number} fd @param {number} type @param {number} timeMs @param {string} text */
function writeFrame(fd, type, timeMs, text) {
  const textBytes = Buffer.byteLength(text)
  // Header and message in one write, so that other writers of the fd cannot come between.
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + textBytes)
  frame.writeUInt32BE(type >>> 0, 0)
  frame.writeUInt32BE(textBytes, 4)
  frame.writeBigUInt64BE(BigInt(timeMs) * 1000n, 8)
  frame.write(text, FRAME_HEADER_BYTES, 'utf8')
  writeLog(fd, frame)
}

function errorType(error) {
  return error?.constructor?.name ?? 'UnknownError'
}

function showErrors(_key, value) {
  if (!(value instanceof Error)) return value
  return Object.assign(
    {
      errorType: errorType(value),
      errorMessage: value.message,
      stackTrace: typeof value.stack === 'string' ? value.stack.split('\n') : value.stack,
    },
    value,
  )
}

/** One application log record of the JSON format. */
function formatJson(time, level, requestId, tenantId, legacy, message, params) {
  const record = { timestamp: time, level: level.name, requestId }
  if (legacy ? tenantId != null : tenantId) record.tenantId = tenantId
  if (params.length === 0) {
    record.message = message
    try {
      return JSON.stringify(record, showErrors)
    } catch {
      record.message = format(message)
      return JSON.stringify(record)
    }
  }
  record.message = format(message, ...params)
  const error = (legacy ? [message, ...params] : params).find((value) => value instanceof Error)
  if (error !== undefined) {
    record.errorType = errorType(error)
    record.errorMessage = error.message
    record.stackTrace = typeof error.stack === 'string' ? error.stack.split('\n') : []
  }
  return JSON.stringify(record)
}

/**
 * @param {object} options
 * @param {number | undefined} options.fd where frames go; undefined = lines to stdout
 * @param {boolean} options.json
 * @param {boolean} options.legacy
 * @param {() => string | undefined} options.requestId of the current invocation
 * @param {() => string | undefined} options.tenantId
 */
function makeLog({ fd, json, legacy, requestId, tenantId }) {
  return (level, message, params) => {
    const now = new Date()
    const time = now.toISOString()
    const text = json
      ? formatJson(time, level, requestId(), tenantId(), legacy, message, params)
      : `${time}\t${requestId()}\t${level.name}\t${format(message, ...params)}`
    if (fd === undefined) {
      writeLog(1, Buffer.from(text.replaceAll('\n', '\r') + '\n'))
    } else if (json) {
      writeFrame(fd, FRAME_JSON | level.mask, now.getTime(), text)
    } else {
      writeFrame(fd, FRAME_TEXT | level.mask, now.getTime(), text + '\n')
    }
  }
}

function takeTelemetryFd() {
  const text = process.env._LAMBDA_TELEMETRY_LOG_FD
  delete process.env._LAMBDA_TELEMETRY_LOG_FD
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

/**
 * Replaces the methods of `console` that AWS replaces, for good.
 * @param {object} options
 * @param {boolean} options.legacy
 * @param {() => string | undefined} options.requestId
 * @param {() => string | undefined} options.tenantId
 * @returns {(message: string, error: unknown) => void} logs an error of the handler as AWS does
 */
function patchConsole({ legacy, requestId, tenantId }) {
  const json = process.env.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === 'JSON'
  const log = makeLog({ fd: takeTelemetryFd(), json, legacy, requestId, tenantId })
  const wanted = process.env.AWS_LAMBDA_LOG_LEVEL?.toUpperCase() ?? ''
  const minimum = Object.hasOwn(LEVELS, wanted) ? LEVELS[wanted] : LEVELS.TRACE
  const method = (level) =>
    level.priority < minimum.priority
      ? () => {}
      : (message, ...params) => log(level, message, params)
  console.trace = method(LEVELS.TRACE)
  console.debug = method(LEVELS.DEBUG)
  console.info = method(LEVELS.INFO)
  console.log = console.info
  console.warn = method(LEVELS.WARN)
  console.error = method(LEVELS.ERROR)
  console.fatal = method(LEVELS.FATAL)
  // `console.error` is looked up at the time: a handler may have wrapped it.
  if (json) return (_message, error) => console.error(intoError(error))
  return (message, error) => console.error(message, toLogText(intoError(error)))
}

module.exports = { patchConsole, writeAll }
