/**
 * restXml, server side: S3's protocol. Read next: `rest-request.ts`, `rest-response.ts`, `xml-read.ts`,
 * `xml-write.ts`.
 */
import type { ServiceError } from '../kernel/errors.ts'
import type { Member, OperationModel, ServiceModel, StructureShape } from '../model/types.ts'
import { assert } from '../kernel/assert.ts'
import { describeError, errorMembers } from './error-shape.ts'
import { serializationFault, unknownOperation } from './faults.ts'
import type { HttpResponse } from './http.ts'
import { bodyMembers } from './json.ts'
import { memoize, type Members, type Protocol } from './protocol.ts'
import { compileRequest, type RequestBody } from './rest-request.ts'
import { compileResponse, writeHeaders, type ResponseBody } from './rest-response.ts'
import { Router } from './router.ts'
import { excerpt } from './scalars.ts'
import { malformedXml, parseXml, readXmlMembers, type Element } from './xml-read.ts'
import { escapeText, namespaceAttribute, xmlElement, xmlMembers } from './xml-write.ts'

const contentType = 'application/xml'
const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
const utf8 = new TextDecoder('utf-8', { fatal: true })

const requestBody: RequestBody = {
  members: (_operation, members) => (body) =>
    body.byteLength === 0 ? {} : readXmlMembers(members, parseBody(body)),
  payload: (member) => {
    const { shape } = member
    if (shape.type === 'blob') return (body) => body
    if (shape.type === 'string') return (body) => Buffer.from(body).toString('utf8')
    const { members } = structureOf(member)
    return (body) => readXmlMembers(members, parseBody(body))
  },
}

const responseBody: ResponseBody = {
  contentType,
  payloadContentType: 'application/octet-stream',
  members: (operation, members) => {
    const name = operation.output?.locationName ?? operation.output?.name ?? operation.name
    const attribute = namespaceAttribute(operation.output?.xmlNamespace)
    const write = xmlMembers(members)
    return (output) => `${declaration}<${name}${attribute}>${write(output)}</${name}>`
  },
  payload: (member) => {
    const shape = structureOf(member)
    const name = member.locationName ?? shape.locationName ?? shape.name
    const write = xmlElement(name, shape, member.xmlNamespace ?? shape.xmlNamespace)
    return (value) => declaration + write(value as Members)
  },
  events: {
    contentType: 'text/xml',
    structure: (members) => {
      const write = xmlMembers(members)
      return (value) => `<Event>${write(value)}</Event>`
    },
  },
}

function structureOf({ name, shape }: Member): StructureShape {
  assert(shape.type === 'structure', `the payload ${name} is no structure`)
  return shape
}

function parseBody(body: Uint8Array): Element {
  let text: string
  try {
    text = utf8.decode(body)
  } catch {
    throw malformedXml()
  }
  return parseXml(text)
}

const routerOf = memoize((service: ServiceModel) => new Router(service))
const binderOf = memoize((operation: OperationModel) => compileRequest(operation, requestBody))
const writerOf = memoize((operation: OperationModel) => compileResponse(operation, responseBody))

function undecodable(label: string): ServiceError {
  return serializationFault(
    `The path has a label that is not valid percent-encoding: ${excerpt(label)}`,
  )
}

export const restXml: Protocol = {
  id: 'restXml',

  route: (service, request) => {
    const route = routerOf(service).match(request, undecodable)
    if (route !== undefined) return route
    throw unknownOperation(
      `${service.serviceId} has no operation ${request.method} ${excerpt(request.path)}`,
      404,
    )
  },

  parse: (_service, route, request) => binderOf(route.operation)(route, request),

  serialize: (_service, operation, output, requestId) => writerOf(operation)(output, requestId),

  serializeError: (service, operation, error, requestId): HttpResponse => {
    const description = describeError(service, error)
    const { members, others } = errorMembers(description, error)
    const headers: Record<string, string> = {
      'Content-Type': contentType,
      'x-amzn-RequestId': requestId,
    }
    writeHeaders(description.shape?.members ?? [], members, headers)
    Object.assign(headers, error.headers)
    // An answer to HEAD has no body: clients go by the status alone.
    if (operation?.method === 'HEAD') return { status: description.status, headers, body: '' }
    const own = bodyMembers(description.shape).filter(
      (each) => each.name.toLowerCase() !== 'message',
    )
    const { message: _message, ...fields } = others
    const extra = Object.entries(fields).map(
      ([name, value]) => `<${name}>${escapeText(String(value))}</${name}>`,
    )
    const body =
      `${declaration}<Error><Code>${escapeText(description.code)}</Code>` +
      `<Message>${escapeText(error.message)}</Message>${xmlMembers(own)(members)}${extra.join('')}` +
      `<RequestId>${escapeText(requestId)}</RequestId></Error>`
    return { status: description.status, headers, body }
  },
}
