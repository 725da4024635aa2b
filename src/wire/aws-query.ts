/**
 * awsQuery and ec2Query, server side: form parameters in, XML out. IAM, STS, SNS, EC2 and older clients
 * of SQS and CloudWatch.
 *
 * The operation is the parameter `Action`. awsQuery wraps a result (`<XResponse><XResult>`) and says the
 * request id in ResponseMetadata; ec2Query has no wrapper and an error envelope of its own.
 * Read next: `form.ts`, `xml-write.ts`.
 */
import { ServiceError } from '../kernel/errors.ts'
import type { OperationModel, ServiceModel } from '../model/types.ts'
import { describeError, errorMembers, type ErrorDescription } from './error-shape.ts'
import { parseForm, readForm } from './form.ts'
import type { HttpRequest, HttpResponse } from './http.ts'
import { memoize, type Protocol } from './protocol.ts'
import { eachParameter } from './query-string.ts'
import { excerpt } from './scalars.ts'
import { escapeText, namespaceAttribute, xmlMembers } from './xml-write.ts'

const resultOf = memoize((operation: OperationModel) => xmlMembers(operation.output?.members ?? []))

/** The parameters `Action` and `Version` of a request, without reading the others' values further. */
export function queryAction(request: HttpRequest): { action?: string; version?: string } {
  const found: { action?: string; version?: string } = {}
  for (const text of parameterTexts(request)) {
    eachParameter(text, (name, value) => {
      if (name === 'Action') found.action = value
      else if (name === 'Version') found.version = value
    })
  }
  return found
}

/** The query string, and the body when it is a form. */
function parameterTexts(request: HttpRequest): readonly string[] {
  if (request.body.byteLength === 0) return [request.query]
  const { buffer, byteOffset, byteLength } = request.body
  return [request.query, Buffer.from(buffer, byteOffset, byteLength).toString('utf8')]
}

function queryProtocol(id: 'awsQuery' | 'ec2Query'): Protocol {
  const ec2 = id === 'ec2Query'
  return {
    id,

    route: (service, request) => {
      const { action } = queryAction(request)
      const operation = action === undefined ? undefined : service.operations.get(action)
      if (operation !== undefined) return { operation, labels: [] }
      throw action === undefined
        ? new ServiceError('MissingAction', 'The request is missing an action.')
        : new ServiceError(
            'InvalidAction',
            `Could not find operation ${excerpt(action)} for version ${service.apiVersion}`,
          )
    },

    parse: (_service, route, request) => {
      const { input } = route.operation
      return input === undefined ? {} : readForm(input, parseForm(...parameterTexts(request)), id)
    },

    serialize: (service, operation, output, requestId) => {
      const members = resultOf(operation)(output)
      const { name, resultWrapper } = operation
      const request = escapeText(requestId)
      const result =
        resultWrapper === undefined ? members : `<${resultWrapper}>${members}</${resultWrapper}>`
      const inner = ec2
        ? `<requestId>${request}</requestId>${members}`
        : `${result}<ResponseMetadata><RequestId>${request}</RequestId></ResponseMetadata>`
      return response(
        200,
        `<${name}Response${xmlns(service)}>${inner}</${name}Response>`,
        requestId,
      )
    },

    serializeError: (service, _operation, error, requestId) => {
      const description = describeError(service, error)
      const text = ec2
        ? ec2Error(description, error, requestId)
        : queryError(service, description, error, requestId)
      const { status, headers, body } = response(description.status, text, requestId)
      return { status, headers: { ...headers, ...error.headers }, body }
    },
  }
}

function queryError(
  service: ServiceModel,
  description: ErrorDescription,
  error: ServiceError,
  requestId: string,
): string {
  const { members } = errorMembers(description, error)
  // The message has its own element below, under one name for all errors.
  const own =
    description.shape?.members.filter((each) => each.name.toLowerCase() !== 'message') ?? []
  return (
    `<ErrorResponse${xmlns(service)}><Error><Type>${description.sender ? 'Sender' : 'Receiver'}</Type>` +
    `<Code>${escapeText(description.code)}</Code><Message>${escapeText(error.message)}</Message>` +
    `${xmlMembers(own)(members)}</Error><RequestId>${escapeText(requestId)}</RequestId></ErrorResponse>`
  )
}

function ec2Error(description: ErrorDescription, error: ServiceError, requestId: string): string {
  return (
    `<Response><Errors><Error><Code>${escapeText(description.code)}</Code>` +
    `<Message>${escapeText(error.message)}</Message></Error></Errors>` +
    `<RequestID>${escapeText(requestId)}</RequestID></Response>`
  )
}

function xmlns(service: ServiceModel): string {
  return service.xmlNamespace === undefined ? '' : namespaceAttribute({ uri: service.xmlNamespace })
}

function response(status: number, xml: string, requestId: string): HttpResponse {
  return {
    status,
    headers: { 'Content-Type': 'text/xml', 'x-amzn-RequestId': requestId },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${xml}`,
  }
}

export const awsQuery: Protocol = queryProtocol('awsQuery')
export const ec2Query: Protocol = queryProtocol('ec2Query')
