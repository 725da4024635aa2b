/** A request to a function's URL as the function sees it: payload format 2.0. Source: developer guide, "Invoking". */
import { Buffer } from 'node:buffer'
import type { Principal } from '../../../kernel/operation.ts'
import type { RawRequest } from '../../../kernel/ports.ts'

export interface UrlCall {
  readonly id: string
  /** Of the URL, without the host: begins with a slash, still percent-encoded. */
  readonly path: string
  readonly request: RawRequest
  /** Who signed it; undefined where nobody has to. */
  readonly principal: Principal | undefined
  readonly accountId: string
  readonly requestId: string
  readonly nowMs: number
}

/** The event, as an object to be made JSON of. */
export function urlEvent(call: UrlCall): object {
  const { request, id, path } = call
  const { cookie, ...others } = request.headers
  const headers = joined({ ...others })
  const domainName = headers['host']?.replace(/:\d+$/, '') ?? ''
  const body = bodyOf(request.body, headers['content-type'])
  const query = queryOf(request.query)
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: decoded(path),
    rawQueryString: request.query,
    ...(cookie === undefined ? {} : { cookies: text(cookie).split(/; */) }),
    headers,
    ...(query ? { queryStringParameters: query } : {}),
    requestContext: {
      accountId: call.principal ? call.accountId : 'anonymous',
      apiId: id,
      ...(call.principal ? { authorizer: { iam: iamOf(call.principal) } } : {}),
      domainName,
      domainPrefix: id,
      http: {
        method: request.method,
        path: decoded(path),
        protocol: 'HTTP/1.1',
        sourceIp: request.remoteAddress,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: call.requestId,
      routeKey: '$default',
      stage: '$default',
      time: clfTime(call.nowMs),
      timeEpoch: call.nowMs,
    },
    ...body,
  }
}

function iamOf(principal: Principal): object {
  return {
    accessKey: principal.accessKeyId,
    accountId: principal.account,
    callerId: principal.userId,
    cognitoIdentity: null,
    principalOrgId: null,
    userArn: principal.arn,
    userId: principal.userId,
  }
}

/** Text as text, everything else in base64. */
function bodyOf(body: Uint8Array, contentType = ''): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false }
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length)
  const isText = textTypes.test(contentType)
  return { body: bytes.toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText }
}

/** As HTTP APIs tell text from the rest: by the content type alone. */
const textTypes = /^\s*(text\/|application\/(json|javascript|xml|[\w.+-]*\+(json|xml)))/i

function joined(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result[name] = text(value)
  }
  return result
}

function text(value: string | string[]): string {
  return Array.isArray(value) ? value.join(',') : value
}

/** Names and values decoded; those of one name joined by commas. Undefined when there are none. */
function queryOf(query: string): Record<string, string> | undefined {
  if (query === '') return undefined
  const result: Record<string, string> = {}
  for (const [name, value] of new URLSearchParams(query)) {
    result[name] = name in result ? `${result[name]},${value}` : value
  }
  return result
}

/** What is no percent-encoding stays as it is. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `12/Mar/2020:19:03:58 +0000`. */
function clfTime(epochMs: number): string {
  const [date = '', time = ''] = new Date(epochMs).toISOString().split('T')
  const [year, month, day] = date.split('-')
  return `${day}/${months[Number(month) - 1]}/${year}:${time.slice(0, 8)} +0000`
}
