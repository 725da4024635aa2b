/**
 * Functions answering plain HTTP at URLs of their own.
 *
 * Invariant: what goes wrong before there is a head to send has an answer of its own, in AWS's words; the function
 * sees only requests that access.ts lets through, and no preflight of browsers where the URL has settings for them.
 * Called by: the gateway, for hosts and paths of URLs. Read next: access.ts, event.ts, answer.ts, streamed-response.ts,
 * cors.ts.
 */
import { Buffer } from 'node:buffer'
import { ServiceError } from '../../../kernel/errors.ts'
import type { Principal } from '../../../kernel/operation.ts'
import type { InvokeRequest, RawRequest, RawResponse, RawRoute } from '../../../kernel/ports.ts'
import { arnOf } from '../names.ts'
import { findInvoked } from '../find-named.ts'
import type { LambdaService } from '../lambda-service.ts'
import { syncPayloadBytesMax } from '../limits.ts'
import { StreamedAnswer } from '../streamed-answer.ts'
import { traceIdOf } from '../trace.ts'
import { accessTo } from './access.ts'
import { bufferedAnswer } from './answer.ts'
import { corsHeaders, isPreflight, preflightHeaders, withCors } from './cors.ts'
import { urlEvent } from './event.ts'
import { streamedResponse } from './streamed-response.ts'
import { idOfHost, urlPathPrefix } from './url.ts'
import type { KnownUrl } from './urls.ts'

export class UrlRoute implements RawRoute {
  readonly pathPrefix = urlPathPrefix
  readonly #service: LambdaService

  constructor(service: LambdaService) {
    this.#service = service
  }

  answersHost(host: string): boolean {
    return idOfHost(host) !== undefined
  }

  async handle(request: RawRequest): Promise<RawResponse> {
    const answer = await this.#answer(request)
    return { ...answer, headers: { ...answer.headers, 'x-amzn-RequestId': request.requestId } }
  }

  async #answer(request: RawRequest): Promise<RawResponse> {
    const { id, path } = targetOf(request)
    const url = this.#service.urls.find(id)
    if (!url) return refusal(404, 'There is no function with this URL.')
    const { cors } = url.record
    if (cors && isPreflight(request.method, request.headers)) {
      return { status: 200, headers: preflightHeaders(cors, request.headers), body: '' }
    }
    const answer = await this.#call(url, path, request)
    return cors ? withCors(answer, corsHeaders(cors, request.headers)) : answer
  }

  async #call(url: KnownUrl, path: string, request: RawRequest): Promise<RawResponse> {
    const access = await accessTo(this.#service, url, request)
    if (access === 'denied') return forbidden
    const payload = this.#event(url, path, request, access.signer)
    if (payload.length > syncPayloadBytesMax) return refusal(413, 'Request Too Large')
    try {
      return (await this.#invoke(url, request, payload)) ?? serverError
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      return error.status === 429 ? refusal(429, error.message) : serverError
    }
  }

  #event(
    url: KnownUrl,
    path: string,
    request: RawRequest,
    principal: Principal | undefined,
  ): Buffer {
    const { account: accountId, record } = url
    const { requestId } = request
    const nowMs = this.#service.clock.nowMs()
    const event = urlEvent({ id: record.id, path, request, principal, accountId, requestId, nowMs })
    return Buffer.from(JSON.stringify(event))
  }

  /** Undefined when the function has no answer that could be sent. */
  async #invoke(
    url: KnownUrl,
    request: RawRequest,
    payload: Buffer,
  ): Promise<RawResponse | undefined> {
    const { clock, invoker } = this.#service
    const { qualifier } = url
    const named = { scope: url, name: url.functionName, qualifier: qualifier || undefined }
    const { version } = await findInvoked(this.#service, named)
    if (!version) return undefined
    const invocation: InvokeRequest = {
      requestId: request.requestId,
      payload,
      invokedArn: arnOf(named),
      clientContext: undefined,
      traceId: traceIdOf(request.headers, clock.nowMs()),
      tail: false,
    }
    if (url.record.invokeMode === 'BUFFERED') {
      const result = await invoker.invoke(version, invocation)
      return result.functionError === undefined ? bufferedAnswer(result.payload) : undefined
    }
    const stream = new StreamedAnswer()
    const invoked = invoker.invoke(version, { ...invocation, stream })
    invoked.then(
      (result) => stream.complete(result),
      (error: unknown) => stream.fail(error),
    )
    return await streamedResponse(stream, invoked)
  }
}

/** By the host's name, or by the path for clients without such names. */
function targetOf({ path, headers }: RawRequest): { id: string; path: string } {
  const { host } = headers
  const id = typeof host === 'string' ? idOfHost(host) : undefined
  if (id !== undefined) return { id, path }
  const rest = path.slice(urlPathPrefix.length)
  const slash = rest.indexOf('/')
  return slash < 0 ? { id: rest, path: '/' } : { id: rest.slice(0, slash), path: rest.slice(slash) }
}

function refusal(status: number, message: string): RawResponse {
  const body = JSON.stringify({ Message: message })
  return { status, headers: { 'Content-Type': 'application/json' }, body }
}

/** Observed, header and body. */
const forbidden: RawResponse = {
  status: 403,
  headers: { 'Content-Type': 'application/json', 'x-amzn-ErrorType': 'AccessDeniedException' },
  body: JSON.stringify({
    Message:
      'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html',
  }),
}

/** Whatever went wrong in the function, or before it could run. */
const serverError: RawResponse = {
  status: 502,
  headers: { 'Content-Type': 'text/plain' },
  body: 'Internal Server Error',
}
