'use strict'
/**
 * The errors a runtime reports, in AWS's words, and how an error becomes JSON.
 *
 * Facts: AWS's open-source Node.js runtime interface client, 3.x for nodejs20.x and nodejs22.x,
 * 4.x for nodejs24.x; where they differ the caller says `legacy`. Called by everything here.
 */
const { types } = require('node:util')

class ImportModuleError extends Error {}
class UserCodeSyntaxError extends Error {}
class HandlerNotFound extends Error {}
class MalformedHandlerName extends Error {}
class MalformedStreamingHandler extends Error {}
class InvalidStreamingOperation extends Error {}
class CallbackHandlerDeprecated extends Error {}
class JSONStringifyError extends Error {}
class PlatformError extends Error {}

class NodeJsExit extends Error {
  constructor() {
    super(
      'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly ' +
        'caused by a Promise that was never settled. For more information, see ' +
        'https://nodejs.org/docs/latest/api/process.html#exit-codes',
    )
  }
}

class UnhandledPromiseRejection extends Error {
  constructor(reason, promise) {
    super(textOf(reason))
    // Enumerable on purpose: AWS's log line shows both.
    this.reason = reason
    this.promise = promise
  }
}

const classes = {
  ImportModuleError,
  UserCodeSyntaxError,
  HandlerNotFound,
  MalformedHandlerName,
  MalformedStreamingHandler,
  InvalidStreamingOperation,
  CallbackHandlerDeprecated,
  JSONStringifyError,
  PlatformError,
  NodeJsExit,
  UnhandledPromiseRejection,
}
// On the prototype, so that the first line of the stack already carries AWS's name.
for (const [name, type] of Object.entries(classes)) type.prototype.name = `Runtime.${name}`

/** `String(value)` that cannot throw (objects without a prototype, hostile toString). */
function textOf(value) {
  try {
    return String(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}

/** DEL is not allowed in HTTP header values; AWS shows it as `%7F` everywhere. */
function escapeDel(text) {
  return typeof text === 'string' ? text.replaceAll('\x7F', '%7F') : text
}

/** 3.x also takes error-like objects that come from elsewhere (other realms, old libraries). */
function isErrorLike(value) {
  return (
    value &&
    typeof value.name === 'string' &&
    value.name !== '' &&
    typeof value.message === 'string' &&
    value.message !== '' &&
    typeof value.stack === 'string' &&
    value.stack !== ''
  )
}

/**
 * What was thrown, as the body of `/error` and `/init/error`.
 * @param {unknown} error
 * @param {boolean} legacy nodejs22.x and before
 * @returns {{errorType: string, errorMessage: string, trace?: string[]}}
 */
function toErrorBody(error, legacy) {
  try {
    if (types.isNativeError(error) || error instanceof Error || (legacy && isErrorLike(error))) {
      return {
        errorType: escapeDel(error.name),
        errorMessage: escapeDel(error.message),
        trace: typeof error.stack === 'string' ? escapeDel(error.stack).split('\n') : [],
      }
    }
    return {
      errorType: typeof error,
      errorMessage: legacy ? error.toString() : String(error),
      trace: [],
    }
  } catch {
    return {
      errorType: 'handled',
      errorMessage:
        'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
      ...(legacy ? undefined : { trace: [] }),
    }
  }
}

/**
 * JSON of `toErrorBody` that cannot throw: a subclass may define `name` as anything at all.
 * @param {unknown} error
 * @param {boolean} legacy
 * @returns {{errorType: string, text: string}}
 */
function serializeError(error, legacy) {
  const body = toErrorBody(error, legacy)
  try {
    return { errorType: textOf(body.errorType), text: JSON.stringify(body) }
  } catch {
    return {
      errorType: 'Error',
      text: JSON.stringify({
        errorType: 'Error',
        errorMessage: textOf(body.errorMessage),
        trace: [],
      }),
    }
  }
}

/** An error for the log: anything else becomes one. */
function intoError(value) {
  return value instanceof Error ? value : new Error(textOf(value))
}

function withEnumerableProperties(_key, value) {
  if (!(value instanceof Error)) return value
  const shown = Object.assign(
    { errorType: value.name, errorMessage: value.message, code: value.code },
    value,
  )
  if (typeof value.stack === 'string') shown.stack = value.stack.split('\n')
  return shown
}

/** The error as one line of a text log: a tab, then JSON with `stack` as an array. */
function toLogText(error) {
  try {
    return '\t' + JSON.stringify(error, withEnumerableProperties)
  } catch {
    return '\t' + serializeError(error, true).text
  }
}

/**
 * The X-Ray cause of an error (header `Lambda-Runtime-Function-XRay-Error-Cause`), '' when the
 * error cannot be told.
 * @param {unknown} error
 * @returns {string} JSON
 */
function toXRayCause(error) {
  try {
    const stack = []
    if (error.stack) {
      const lines = escapeDel(error.stack).split('\n')
      lines.shift()
      for (const line of lines) stack.push(stackFrame(line))
    }
    const text = JSON.stringify({
      working_directory: process.cwd(),
      exceptions: [{ type: escapeDel(error.name), message: escapeDel(error.message), stack }],
      paths: [...new Set(stack.map((frame) => frame.path))],
    })
    // The one character that JSON leaves as it is and no header may have: of names that are no strings, of paths.
    return text.replaceAll('\x7f', '\\u007f')
  } catch {
    return ''
  }
}

/** `    at label (path:line:column)` or `    at path:line:column`. */
function stackFrame(line) {
  const text = line.trim().replace(/[()]/g, '')
  const place = text.slice(text.indexOf(' ') + 1)
  const space = place.lastIndexOf(' ')
  const [path, number] = place.slice(space + 1).split(':')
  return {
    path,
    line: Number.parseInt(number, 10),
    label: space > 0 ? place.slice(0, space) : 'anonymous',
  }
}

module.exports = {
  ...classes,
  toErrorBody,
  serializeError,
  intoError,
  toLogText,
  toXRayCause,
  textOf,
}
