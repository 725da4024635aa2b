/**
 * What the operations that invoke have in common: whom a request means, and whether what it brings can be passed on.
 * Called by: Invoke, InvokeWithResponseStream; on the warm path of both. Facts: API reference, Invoke.
 */
import { Buffer } from 'node:buffer'
import type { InvocationRequest } from '@aws-sdk/client-lambda'
import { ServiceError } from '../../kernel/errors.ts'
import { isUuid } from '../../kernel/ids.ts'
import type { CallContext } from '../../kernel/operation.ts'
import type { RunnableVersion } from '../../kernel/ports.ts'
import { type Named, findInvoked } from './find-named.ts'
import type { LambdaService } from './lambda-service.ts'
import { clientContextBytesMax, syncPayloadBytesMax } from './limits.ts'
import { arnOf } from './names.ts'
import { accessibleName } from './permissions/access.ts'
import { inState } from './rules.ts'

const emptyObject = Buffer.from('{}')

/** From memory when it is there: no promise, no SQL. */
export function lookUp(
  service: LambdaService,
  input: Pick<InvocationRequest, 'FunctionName' | 'Qualifier'>,
  context: CallContext,
): InvokedFunction | Promise<InvokedFunction> {
  const { FunctionName = '', Qualifier } = input
  if (Qualifier === undefined && !FunctionName.includes(':')) {
    const known = service.functions.known(context, FunctionName)
    // Those on a capacity provider have another version for who names none.
    if (known && known.record.config.managedInstances === undefined) {
      return { ...known, invokedArn: known.record.arn }
    }
  }
  return lookUpNamed(service, FunctionName, Qualifier, context)
}

async function lookUpNamed(
  service: LambdaService,
  text: string,
  qualifier: string | undefined,
  context: CallContext,
): Promise<InvokedFunction> {
  const named = await accessibleName(service, text, qualifier, context, 'InvokeFunction')
  return { ...(await findInvoked(service, named)), invokedArn: arnOf(named) }
}

export interface InvokedFunction extends Pick<Named, 'record' | 'version'> {
  /** As the caller named it, qualifier kept. */
  readonly invokedArn: string
}

export function versionOf(known: InvokedFunction): RunnableVersion {
  if (known.version) return known.version
  throw inState(known.record.state.is)
}

export function checkRequestId(context: CallContext): void {
  const given = context.headers['x-amzn-requestid']
  if (given === undefined || (typeof given === 'string' && isUuid(given))) return
  throw requestContent('x-amzn-RequestId must be a UUID.')
}

/** @returns a promise when the payload is so large that it is looked at elsewhere */
export function checkPayload(
  service: LambdaService,
  payload: Uint8Array | undefined,
): Uint8Array | Promise<Uint8Array> {
  // No payload at all reaches the function as an empty object.
  if (payload === undefined || payload.length === 0) return emptyObject
  if (payload.length > syncPayloadBytesMax) {
    throw new ServiceError(
      'RequestEntityTooLargeException',
      `${payload.length} byte payload is too large for the RequestResponse invocation type (limit ${syncPayloadBytesMax} bytes)`,
      { status: 413 },
    )
  }
  const trouble = service.payloads.check(payload)
  if (trouble instanceof Promise) return trouble.then((late) => withoutTrouble(payload, late))
  return withoutTrouble(payload, trouble)
}

function withoutTrouble(payload: Uint8Array, trouble: string | undefined): Uint8Array {
  if (trouble === undefined) return payload
  throw requestContent(
    `Could not parse request body into json: Could not parse payload into json: ${trouble}`,
  )
}

export function readClientContext(text: string | undefined): string | undefined {
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

/** The answer's header says `root=...;sampled=0`, in lower case and without a parent. */
export function shownTraceId(traceId: string): string {
  return `root=${fieldOf(traceId, 'Root=') ?? ''};sampled=${fieldOf(traceId, 'Sampled=') ?? '0'}`
}

/** Undefined when it is not there, or empty. */
function fieldOf(traceId: string, name: string): string | undefined {
  let at = traceId.indexOf(name)
  // Some send the names in lower case.
  if (at < 0) at = traceId.toLowerCase().indexOf(name.toLowerCase())
  if (at < 0) return undefined
  const end = traceId.indexOf(';', at)
  return traceId.slice(at + name.length, end < 0 ? undefined : end) || undefined
}

function requestContent(message: string): ServiceError {
  return new ServiceError('InvalidRequestContentException', message)
}
