/**
 * The hottest operation: on the warm path it reads memory, checks the payload, and hands it to the data plane.
 * Facts: API reference (Invoke): order of checks, limits, headers.
 */
import { Buffer } from 'node:buffer'
import type { InvocationRequest, InvocationResponse } from '@aws-sdk/client-lambda'
import { ServiceError } from '../../../kernel/errors.ts'
import { type Operation, type ResponseHeaders, responseHeaders } from '../../../kernel/operation.ts'
import type { InvokeResult, RunnableVersion } from '../../../kernel/ports.ts'
import {
  checkPayload,
  checkRequestId,
  lookUp,
  readClientContext,
  shownTraceId,
  versionOf,
} from '../invocation-request.ts'
import type { LambdaService } from '../lambda-service.ts'
import { isLoop, passageOf, refuseLoop } from '../recursion.ts'
import { tenantOf } from '../tenancy.ts'
import { traceIdOf } from '../trace.ts'
import { refuseUnserved } from '../unserved.ts'

type Output = Omit<InvocationResponse, 'Payload'> & { Payload?: Uint8Array } & ResponseHeaders

export function Invoke(service: LambdaService): Operation<InvocationRequest, Output> {
  return async (input, context) => {
    const found = lookUp(service, input, context)
    // What is known is not waited for: each wait is a turn of the queue of promises.
    const known = found instanceof Promise ? await found : found
    const version = versionOf(known)
    checkRequestId(context)
    refuseUnserved('Invoke', input)
    const tenantId = tenantOf(known.record.config, input.TenantId)
    const type = input.InvocationType ?? 'RequestResponse'
    if (type === 'DryRun') return { StatusCode: 204 }
    if (type === 'Event') throw eventNotYet
    const checked = checkPayload(service, input.Payload)
    const payload = checked instanceof Promise ? await checked : checked
    const passage = passageOf(traceIdOf(context.headers, service.clock.nowMs()), version)
    if (isLoop(passage)) await refuseLoop(service, version)
    const { traceId } = passage
    const answering = service.invoker.invoke(version, {
      requestId: context.requestId,
      payload,
      invokedArn: known.invokedArn,
      clientContext: readClientContext(input.ClientContext),
      traceId,
      tail: input.LogType === 'Tail',
      tenantId,
    })
    // Made while the function works.
    const headers = {
      'x-amzn-Remapped-Content-Length': '0',
      'X-Amzn-Trace-Id': shownTraceId(traceId),
    }
    return answer(await answering, version, headers)
  }
}

function answer(
  result: InvokeResult,
  version: RunnableVersion,
  headers: Readonly<Record<string, string>>,
): Output {
  const output: Output = {
    StatusCode: 200,
    ExecutedVersion: version.version,
    Payload: result.payload,
    [responseHeaders]: headers,
  }
  if (result.functionError !== undefined) output.FunctionError = result.functionError
  if (result.logTail !== undefined) {
    output.LogResult = Buffer.from(result.logTail).toString('base64')
  }
  return output
}

const eventNotYet = new ServiceError(
  'NotImplemented',
  'Invoke with InvocationType Event is not served by lambdad yet. Use RequestResponse.',
  { status: 501 },
)
