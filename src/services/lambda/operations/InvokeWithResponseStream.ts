/**
 * An invocation whose answer goes out while the function makes it; of a function that answers in one piece, as one.
 * Facts: API reference (InvokeWithResponseStream), developer guide ("Response streaming").
 */
import type {
  InvokeWithResponseStreamRequest,
  InvokeWithResponseStreamResponse,
} from '@aws-sdk/client-lambda'
import { type Operation, type ResponseHeaders, responseHeaders } from '../../../kernel/operation.ts'
import {
  checkPayload,
  checkRequestId,
  lookUp,
  readClientContext,
  shownTraceId,
  versionOf,
} from '../invocation-request.ts'
import type { LambdaService } from '../lambda-service.ts'
import { StreamedAnswer } from '../streamed-answer.ts'
import { isLoop, passageOf, refuseLoop } from '../recursion.ts'
import { tenantOf } from '../tenancy.ts'
import { traceIdOf } from '../trace.ts'
import { refuseUnserved } from '../unserved.ts'

type Input = Omit<InvokeWithResponseStreamRequest, 'Payload'> & { Payload?: Uint8Array | undefined }
type Output = InvokeWithResponseStreamResponse & ResponseHeaders

export function InvokeWithResponseStream(service: LambdaService): Operation<Input, Output> {
  return async (input, context) => {
    const known = await lookUp(service, input, context)
    const version = versionOf(known)
    checkRequestId(context)
    refuseUnserved('InvokeWithResponseStream', input)
    const tenantId = tenantOf(known.record.config, input.TenantId)
    if (input.InvocationType === 'DryRun') return { StatusCode: 204 }
    const payload = await checkPayload(service, input.Payload)
    const passage = passageOf(traceIdOf(context.headers, service.clock.nowMs()), version)
    if (isLoop(passage)) await refuseLoop(service, version)
    const { traceId } = passage
    const answer = new StreamedAnswer()
    const invoked = service.invoker.invoke(version, {
      requestId: context.requestId,
      payload,
      invokedArn: known.invokedArn,
      clientContext: readClientContext(input.ClientContext),
      traceId,
      tail: input.LogType === 'Tail',
      tenantId,
      stream: answer,
    })
    invoked.then(
      (result) => answer.complete(result),
      (error: unknown) => answer.fail(error),
    )
    // What is refused before anything was streamed, a throttle for one, is an error of the API and no stream.
    const contentType = await Promise.race([
      answer.started.then(sendable),
      invoked.then(() => json),
    ])
    return {
      StatusCode: 200,
      ExecutedVersion: version.version,
      ResponseStreamContentType: contentType,
      EventStream: answer,
      [responseHeaders]: { 'X-Amzn-Trace-Id': shownTraceId(traceId) },
    }
  }
}

const json = 'application/json'

/** The function may say what it likes; what cannot stand in a header is not passed on. */
function sendable(contentType: string | undefined): string {
  return contentType !== undefined && /^[\x20-\x7e]{1,1024}$/.test(contentType)
    ? contentType
    : 'application/octet-stream'
}
