/**
 * The hottest operation: on the warm path it reads memory, checks the payload, and hands it to the data plane.
 * Facts: API reference (Invoke): order of checks, limits, headers.
 */
import { Buffer } from 'node:buffer'
import type { InvocationRequest, InvocationResponse } from '@aws-sdk/client-lambda'
import { ServiceError } from '../../../kernel/errors.ts'
import { isUuid, newTraceId } from '../../../kernel/ids.ts'
import {
  type CallContext,
  type Operation,
  type ResponseHeaders,
  responseHeaders,
} from '../../../kernel/operation.ts'
import type { InvokeResult, RunnableVersion } from '../../../kernel/ports.ts'
import { type Named, findInvoked } from '../find-named.ts'
import type { LambdaService } from '../lambda-service.ts'
import { clientContextBytesMax, syncPayloadBytesMax } from '../limits.ts'
import { arnOf, parseFunctionName } from '../names.ts'
import { inState } from '../rules.ts'
import { refuseUnserved } from '../unserved.ts'

type Output = Omit<InvocationResponse, 'Payload'> & { Payload?: Uint8Array } & ResponseHeaders

const emptyObject = Buffer.from('{}')

export function Invoke(service: LambdaService): Operation<InvocationRequest, Output> {
  return async (input, context) => {
    const known = await lookUp(service, input, context)
    const version = versionOf(known)
    checkRequestId(context)
    refuseUnserved('Invoke', input)
    const type = input.InvocationType ?? 'RequestResponse'
    if (type === 'DryRun') return { StatusCode: 204 }
    if (type === 'Event') throw eventNotYet
    const payload = await checkPayload(service, input.Payload)
    const traceId = traceIdOf(context, service.clock.nowMs())
    const result = await service.invoker.invoke(version, {
      requestId: context.requestId,
      payload,
      invokedArn: known.invokedArn,
      clientContext: readClientContext(input.ClientContext),
      traceId,
      tail: input.LogType === 'Tail',
    })
    return answer(result, version, traceId)
  }
}

/** From memory when it is there: no promise, no SQL. */
function lookUp(
  service: LambdaService,
  input: InvocationRequest,
  context: CallContext,
): InvokedFunction | Promise<InvokedFunction> {
  const { FunctionName = '', Qualifier } = input
  if (Qualifier === undefined && !FunctionName.includes(':')) {
    const known = service.functions.known(context, FunctionName)
    if (known) return { ...known, invokedArn: known.record.arn }
  }
  const named = parseFunctionName(FunctionName, Qualifier, context, 'InvokeFunction')
  return findInvoked(service, named).then((found) => ({ ...found, invokedArn: arnOf(named) }))
}

interface InvokedFunction extends Pick<Named, 'record' | 'version'> {
  /** As the caller named it, qualifier kept. */
  readonly invokedArn: string
}

function versionOf(known: InvokedFunction): RunnableVersion {
  if (known.version) return known.version
  throw inState(known.record.state.is)
}

function checkRequestId(context: CallContext): void {
  const given = context.headers['x-amzn-requestid']
  if (given === undefined || (typeof given === 'string' && isUuid(given))) return
  throw requestContent('x-amzn-RequestId must be a UUID.')
}

async function checkPayload(
  service: LambdaService,
  payload: Uint8Array | undefined,
): Promise<Uint8Array> {
  // No payload at all reaches the function as an empty object.
  if (payload === undefined || payload.length === 0) return emptyObject
  if (payload.length > syncPayloadBytesMax) {
    throw new ServiceError(
      'RequestEntityTooLargeException',
      `${payload.length} byte payload is too large for the RequestResponse invocation type (limit ${syncPayloadBytesMax} bytes)`,
      { status: 413 },
    )
  }
  const trouble = await service.payloads.check(payload)
  if (trouble === undefined) return payload
  throw requestContent(
    `Could not parse request body into json: Could not parse payload into json: ${trouble}`,
  )
}

function readClientContext(text: string | undefined): string | undefined {
  if (!text) return undefined
  const decoded = Buffer.from(text, 'base64').toString()
  try {
    if (text.length > clientContextBytesMax) throw new RangeError('too long')
    const value: unknown = JSON.parse(decoded)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return decoded
  } catch {
    // Told below.
  }
  throw requestContent(
    `Client context must be a valid Base64-encoded JSON object of at most ${clientContextBytesMax} bytes.`,
  )
}

/** The caller's trace goes on; without one a new, unsampled one begins (TracingConfig PassThrough). */
function traceIdOf(context: CallContext, nowMs: number): string {
  const given = context.headers['x-amzn-trace-id']
  if (typeof given === 'string' && traceForm.test(given)) return given
  return newTraceId(nowMs)
}

/** Nothing that could break out of the header it is passed on in. */
const traceForm = /^[\x20-\x7e]{1,1024}$/

function answer(result: InvokeResult, version: RunnableVersion, traceId: string): Output {
  const output: Output = {
    StatusCode: 200,
    ExecutedVersion: version.version,
    Payload: result.payload,
    [responseHeaders]: {
      'x-amzn-Remapped-Content-Length': '0',
      'X-Amzn-Trace-Id': lowerRoot(traceId),
    },
  }
  if (result.functionError !== undefined) output.FunctionError = result.functionError
  if (result.logTail !== undefined) {
    output.LogResult = Buffer.from(result.logTail).toString('base64')
  }
  return output
}

/** The answer's header says `root=...;sampled=0`, in lower case and without a parent. */
function lowerRoot(traceId: string): string {
  const root = /Root=([^;]+)/i.exec(traceId)?.[1] ?? ''
  const sampled = /Sampled=([^;]+)/i.exec(traceId)?.[1] ?? '0'
  return `root=${root};sampled=${sampled}`
}

function requestContent(message: string): ServiceError {
  return new ServiceError('InvalidRequestContentException', message)
}

const eventNotYet = new ServiceError(
  'NotImplemented',
  'Invoke with InvocationType Event is not served by lambdad yet. Use RequestResponse.',
  { status: 501 },
)
