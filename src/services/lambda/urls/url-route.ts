/**
 * Functions answering plain HTTP at URLs of their own.
 *
 * What it is not: it streams nothing; an answer in RESPONSE_STREAM mode is sent when it is complete. Who may call is
 * asked where `--auth on` asks everybody: until policies are evaluated, a URL without IAM is open to all.
 * Called by: the gateway, for hosts and paths of URLs. Read next: event.ts, answer.ts, cors.ts.
 */
import { Buffer } from 'node:buffer'
import { ServiceError } from '../../../kernel/errors.ts'
import type { Principal } from '../../../kernel/operation.ts'
import type { RawRequest, RawResponse, RawRoute } from '../../../kernel/ports.ts'
import { arnOf } from '../names.ts'
import { findInvoked } from '../find-named.ts'
import type { LambdaService } from '../lambda-service.ts'
import { syncPayloadBytesMax } from '../limits.ts'
import { traceIdOf } from '../trace.ts'
import { bufferedAnswer, streamedAnswer } from './answer.ts'
import { corsHeaders, isPreflight, preflightHeaders } from './cors.ts'
import { urlEvent } from './event.ts'
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
    const { id, path } = targetOf(request)
    const url = this.#service.urls.find(id)
    if (!url) return refusal(404, 'There is no function with this URL.')
    const { cors } = url.record
    if (cors && isPreflight(request.method, request.headers)) {
      return { status: 200, headers: preflightHeaders(cors, request.headers), body: '' }
    }
    const answer = await this.#answer(url, path, request)
    return cors
      ? { ...answer, headers: { ...answer.headers, ...corsHeaders(cors, request.headers) } }
      : answer
  }

  async #answer(url: KnownUrl, path: string, request: RawRequest): Promise<RawResponse> {
    let principal: Principal | undefined
    if (url.record.authType === 'AWS_IAM') {
      try {
        principal = isSigned(request) ? await request.identify('lambda') : undefined
      } catch {
        principal = undefined
      }
      if (principal?.account !== url.account) return refusal(403, forbidden)
    }
    const nowMs = this.#service.clock.nowMs()
    const { requestId } = request
    const accountId = url.account
    const { id } = url.record
    const event = urlEvent({ id, path, request, principal, accountId, requestId, nowMs })
    const payload = Buffer.from(JSON.stringify(event))
    if (payload.length > syncPayloadBytesMax) return refusal(413, 'Request Too Large')
    try {
      return await this.#invoke(url, request, payload)
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      if (error.status === 429) return refusal(429, error.message)
      return serverError
    }
  }

  async #invoke(url: KnownUrl, request: RawRequest, payload: Buffer): Promise<RawResponse> {
    const { clock, invoker } = this.#service
    const { qualifier } = url
    const named = { scope: url, name: url.functionName, qualifier: qualifier || undefined }
    const { version } = await findInvoked(this.#service, named)
    if (!version) return serverError
    const result = await invoker.invoke(version, {
      requestId: request.requestId,
      payload,
      invokedArn: arnOf(named),
      clientContext: undefined,
      traceId: traceIdOf(request.headers, clock.nowMs()),
      tail: false,
    })
    if (result.functionError !== undefined) return serverError
    const isStream = url.record.invokeMode === 'RESPONSE_STREAM'
    const answer = isStream ? streamedAnswer(result.payload) : bufferedAnswer(result.payload)
    if (!answer) return serverError
    return { ...answer, headers: { ...answer.headers, 'x-amzn-RequestId': request.requestId } }
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

function isSigned({ headers, query }: RawRequest): boolean {
  return headers['authorization'] !== undefined || /(^|&)X-Amz-Signature=/.test(query)
}

function refusal(status: number, message: string): RawResponse {
  const body = JSON.stringify({ Message: message })
  return { status, headers: { 'Content-Type': 'application/json' }, body }
}

/** Observed. */
const forbidden =
  'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html'

/** Whatever went wrong in the function, or before it could run. */
const serverError: RawResponse = {
  status: 502,
  headers: { 'Content-Type': 'text/plain' },
  body: 'Internal Server Error',
}
