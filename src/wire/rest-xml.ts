/**
 * restXml, server side: S3's protocol. Read next: `rest.ts`, `rest-request.ts`, `rest-response.ts`,
 * `xml-read.ts`, `xml-write.ts`.
 */
import type { Member, StructureShape } from '../model/types.ts'
import { assert } from '../kernel/assert.ts'
import { describeError, errorMembers } from './error-shape.ts'
import type { HttpResponse } from './http.ts'
import { bodyMembers } from './json.ts'
import type { Members, Protocol } from './protocol.ts'
import { restProtocol } from './rest.ts'
import type { RequestBody } from './rest-request.ts'
import { writeHeaders, type ResponseBody } from './rest-response.ts'
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

export const restXml: Protocol = {
  id: 'restXml',

  ...restProtocol(requestBody, responseBody),

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
