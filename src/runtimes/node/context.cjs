'use strict'
/**
 * The context object of an invocation, from the headers of the event and the environment.
 *
 * Key order is AWS's, so that `JSON.stringify(context)` reads the same. The environment is read
 * once: it does not change in the life of a function. Facts: AWS developer guide, interface client.
 */
const { PlatformError } = require('./errors.cjs')

let functionName
let functionVersion
let memoryLimitInMB
let logGroupName
let logStreamName

/** Reads the environment: at the start, or once a waiting process has got its function. */
function readFunction() {
  functionName = process.env.AWS_LAMBDA_FUNCTION_NAME
  functionVersion = process.env.AWS_LAMBDA_FUNCTION_VERSION
  memoryLimitInMB = process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE
  logGroupName = process.env.AWS_LAMBDA_LOG_GROUP_NAME
  logStreamName = process.env.AWS_LAMBDA_LOG_STREAM_NAME
}

/** @typedef {import('./response-reader.cjs').ResponseHead} ResponseHead */

/** The tracing header goes to the environment, where the X-Ray SDKs look for it. */
function setTraceId(traceId) {
  if (traceId) process.env._X_AMZN_TRACE_ID = traceId
  else delete process.env._X_AMZN_TRACE_ID
}

function parseLegacy(text, name) {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`Cannot parse ${name} as json: ${String(error)}`, { cause: error })
  }
}

function parseModern(text, name) {
  if (!text) return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new PlatformError(`Failed to parse ${name} as JSON: ${error.message}`, { cause: error })
  }
}

function remainingTime(head) {
  const deadline = Number(head.deadlineMs)
  return () => deadline - Date.now()
}

/**
 * nodejs22.x and before, buffered.
 * @param {ResponseHead} head
 * @param {{succeed: Function, fail: Function, done: Function}} callbacks
 * @throws {Error} when a header that must be JSON is not
 */
function callbackContext(head, { succeed, fail, done }) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    succeed,
    fail,
    done,
    functionVersion,
    functionName,
    memoryLimitInMB,
    logGroupName,
    logStreamName,
    clientContext: parseLegacy(head.clientContext, 'ClientContext'),
    identity: parseLegacy(head.cognitoIdentity, 'CognitoIdentity'),
    invokedFunctionArn: head.functionArn,
    awsRequestId: head.requestId,
    tenantId: head.tenantId,
    getRemainingTimeInMillis: remainingTime(head),
  }
}

/** nodejs22.x and before, streaming: without the callbacks. @param {ResponseHead} head */
function streamingContext(head) {
  const { succeed: _s, fail: _f, done: _d, ...context } = callbackContext(head, {})
  return context
}

/** nodejs24.x, buffered and streaming. @param {ResponseHead} head */
function asyncContext(head) {
  return {
    clientContext: parseModern(head.clientContext, 'lambda-runtime-client-context'),
    identity: parseModern(head.cognitoIdentity, 'lambda-runtime-cognito-identity'),
    invokedFunctionArn: head.functionArn,
    awsRequestId: head.requestId,
    tenantId: head.tenantId,
    xRayTraceId: head.traceId,
    getRemainingTimeInMillis: remainingTime(head),
    functionName,
    functionVersion,
    memoryLimitInMB,
    logGroupName,
    logStreamName,
  }
}

module.exports = { readFunction, callbackContext, streamingContext, asyncContext, setTraceId }
