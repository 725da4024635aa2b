/**
 * A request for a service that lambdad does not have: answered 501 in a form its client can print, by what the
 * request itself looks like.
 */
import type { HttpRequest, HttpResponse } from '../wire/index.ts'

const code = 'NotImplemented'

export function unknownService(request: HttpRequest, requestId: string): HttpResponse {
  const name = serviceName(request)
  const message =
    name === undefined
      ? 'lambdad cannot tell which AWS service this request is for. Point an AWS client at it, or see /_lambdad/health.'
      : `The service ${name} is not served by lambdad yet.`
  const headers = { 'x-amzn-RequestId': requestId }
  if (request.headers['x-amz-target'] !== undefined) {
    const body = JSON.stringify({ __type: code, message })
    return {
      status: 501,
      headers: { ...headers, 'Content-Type': 'application/x-amz-json-1.1' },
      body,
    }
  }
  if (isXmlClient(request, name)) {
    return {
      status: 501,
      headers: { ...headers, 'Content-Type': 'text/xml' },
      body: xml(message, requestId, name),
    }
  }
  return {
    status: name === undefined ? 404 : 501,
    headers: { ...headers, 'Content-Type': 'application/json', 'X-Amzn-ErrorType': code },
    body: JSON.stringify({ message }),
  }
}

/** The service in the credential's scope; what else a request says is no name of a service. */
function serviceName(request: HttpRequest): string | undefined {
  const { authorization } = request.headers
  if (typeof authorization !== 'string') return undefined
  return /Credential=[^/\s]+\/\d{8}\/[^/\s]+\/([a-z0-9-]{1,64})\/aws4_request/.exec(
    authorization,
  )?.[1]
}

function isXmlClient(request: HttpRequest, name: string | undefined): boolean {
  const type = request.headers['content-type']
  return name === 's3' || (typeof type === 'string' && type.startsWith('application/x-www-form'))
}

function xml(message: string, requestId: string, name: string | undefined): string {
  const error = `<Code>${code}</Code><Message>${message}</Message>`
  if (name === 's3') {
    return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${error}<RequestId>${requestId}</RequestId></Error>`
  }
  return `<ErrorResponse><Error><Type>Receiver</Type>${error}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`
}
