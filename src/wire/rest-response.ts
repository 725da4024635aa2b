/**
 * Writes a REST response: status, headers and payload of an operation's output, compiled once per
 * operation. A blob payload goes out as the handler gave it. Called by `rest-json.ts` and
 * `rest-xml.ts`, which add what is theirs: bodies and error envelopes.
 */
import type { Member, OperationModel } from '../model/types.ts'
import { eventStreamBody, eventStreamContentType, type EventPayload } from './event-stream.ts'
import type { HttpResponse } from './http.ts'
import type { Members } from './protocol.ts'
import { textWriter, toBuffer, type TextWriter } from './scalars.ts'

export type ResponseWriter = (output: Members, requestId: string) => HttpResponse

/** How the protocol writes bodies; each returns the text and its content type is `contentType`. */
export interface ResponseBody {
  readonly contentType: string
  /** Of a blob or string payload. */
  readonly payloadContentType: string
  members(operation: OperationModel, members: readonly Member[]): (output: Members) => string
  /** Of a payload that is a structure. */
  payload(member: Member): (value: unknown) => string
  readonly events: EventPayload
}

interface HeaderBinding {
  readonly name: string
  readonly header: string
  readonly write: TextWriter
}

type WriteBody = (output: Members, headers: Record<string, string>) => HttpResponse['body']

export function compileResponse(operation: OperationModel, body: ResponseBody): ResponseWriter {
  const members = operation.output?.members ?? []
  const status = operation.status ?? 200
  const statusMember = members.find((member) => member.location === 'statusCode')?.name
  const headerBindings = members.filter((member) => member.location === 'header').map(bindHeader)
  const prefixed = members.filter((member) => member.location === 'headers')
  const writeBody = compileBody(operation, members, body)
  return (output, requestId) => {
    const headers: Record<string, string> = { 'x-amzn-RequestId': requestId }
    for (const binding of headerBindings) {
      const value = output[binding.name]
      if (value !== undefined && value !== null) headers[binding.header] = binding.write(value)
    }
    for (const member of prefixed) writePrefixed(member, output[member.name], headers)
    const given = statusMember === undefined ? undefined : output[statusMember]
    return {
      status: typeof given === 'number' ? given : status,
      headers,
      body: writeBody(output, headers),
    }
  }
}

/** The header bindings of an error's members. */
export function writeHeaders(
  members: readonly Member[],
  values: Members,
  headers: Record<string, string>,
): void {
  for (const member of members.filter((each) => each.location === 'header')) {
    const value = values[member.name]
    const { header, write } = bindHeader(member)
    if (value !== undefined && value !== null) headers[header] = write(value)
  }
}

function bindHeader(member: Member): HeaderBinding {
  const header = member.locationName ?? member.name
  const { name, shape } = member
  if (shape.type !== 'list') return { name, header, write: textWriter(member, 'rfc822') }
  const write = textWriter(shape.member, 'rfc822')
  const entry =
    shape.member.shape.type === 'string' ? (value: unknown) => quote(write(value)) : write
  return { name, header, write: (value) => (value as readonly unknown[]).map(entry).join(', ') }
}

function quote(text: string): string {
  if (!/[",]/.test(text)) return text
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

function writePrefixed(member: Member, value: unknown, headers: Record<string, string>): void {
  if (value === undefined || value === null) return
  for (const [name, each] of Object.entries(value)) {
    headers[`${member.locationName ?? ''}${name}`] = String(each)
  }
}

function compileBody(
  operation: OperationModel,
  members: readonly Member[],
  body: ResponseBody,
): WriteBody {
  const payload = members.find((member) => member.name === operation.output?.payload)
  if (payload !== undefined) return compilePayload(payload, body)
  const inBody = members.filter((member) => member.location === undefined)
  const streamed = inBody.find(isEventStream)
  if (streamed !== undefined) return compilePayload(streamed, body)
  if (operation.output === undefined || inBody.length === 0) return () => ''
  const write = body.members(operation, inBody)
  return (output, headers) => {
    headers['Content-Type'] = body.contentType
    return write(output)
  }
}

function isEventStream(member: Member): boolean {
  return member.shape.type === 'structure' && member.shape.eventstream === true
}

function compilePayload(member: Member, body: ResponseBody): WriteBody {
  const { name, shape } = member
  if (shape.type === 'structure' && shape.eventstream === true) {
    const frames = eventStreamBody(shape, body.events)
    return (output, headers) => {
      // Lambda binds the function's own content type to this header in the model, and sends it under
      // this name; Content-Type itself tells the client how to read the frames.
      if (headers['Content-Type'] !== undefined) {
        headers['X-Amzn-Remapped-Content-Type'] = headers['Content-Type']
      }
      // Without a stream there is nothing to say: a dry run.
      if (output[name] === undefined) return ''
      headers['Content-Type'] = eventStreamContentType
      return frames(output[name])
    }
  }
  if (shape.type === 'blob' || shape.type === 'string') {
    return (output, headers) => {
      const value = output[name]
      if (value === undefined || value === null) return ''
      headers['Content-Type'] ??= body.payloadContentType
      return typeof value === 'string' || isStream(value) ? value : toBuffer(value)
    }
  }
  const write = body.payload(member)
  return (output, headers) => {
    const value = output[name]
    if (value === undefined || value === null) return ''
    headers['Content-Type'] = body.contentType
    return write(value)
  }
}

function isStream(value: unknown): value is AsyncIterable<Uint8Array> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}
