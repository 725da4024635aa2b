/**
 * Writes an operation's input as a request, as the SDKs do, but without their checks: values that are of the wrong
 * type, or break a constraint, travel like any other. Covers the protocols that served services speak.
 */
import type {
  ListShape,
  MapShape,
  Member,
  OperationModel,
  ServiceModel,
  Shape,
} from '../../src/model/types.ts'

export interface WireRequest {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | undefined
}

export type Input = Readonly<Record<string, unknown>>

/** @param rawBody sent instead of what the input's body would be. */
export function encode(
  service: ServiceModel,
  operation: OperationModel,
  input: Input,
  rawBody?: string | Uint8Array,
): WireRequest {
  const [protocol] = service.protocols
  switch (protocol) {
    case 'restJson1':
      return restJson(operation, input, rawBody)
    case 'awsJson':
      return awsJson(service, operation, input, rawBody)
    case 'awsQuery':
      return awsQuery(service, operation, input)
    default:
      throw new Error(`${service.id} speaks ${protocol}: write its requests here`)
  }
}

/** Where a member travels. */
export function placeOf(
  operation: OperationModel,
  member: Member,
): 'uri' | 'query' | 'header' | 'body' {
  switch (member.location) {
    case 'uri':
      return 'uri'
    case 'querystring':
      return 'query'
    case 'header':
    case 'headers':
      return 'header'
    case 'statusCode':
    case undefined:
      return 'body'
    default:
      throw new Error(`${operation.name}: a member travels in ${String(member.location)}`)
  }
}

function restJson(
  operation: OperationModel,
  input: Input,
  rawBody: string | Uint8Array | undefined,
): WireRequest {
  const headers: Record<string, string> = {}
  const query: string[] = []
  const members = operation.input?.members ?? []
  const [template = '', literals = ''] = operation.uri.split('?')
  let path = template
  if (literals !== '') query.push(literals)
  for (const member of members) {
    const value = input[member.name]
    if (value === undefined || value === null) continue
    const name = member.locationName ?? member.name
    const place = placeOf(operation, member)
    if (place === 'uri') path = path.replace(`{${name}}`, encodeURIComponent(text(value)))
    else if (place === 'header') headers[name] = text(value)
    else if (place === 'query') {
      for (const each of Array.isArray(value) ? (value as unknown[]) : [value]) {
        query.push(`${encodeURIComponent(name)}=${encodeURIComponent(text(each))}`)
      }
    }
  }
  const body = rawBody ?? restBody(operation, input)
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  const target = query.length === 0 ? path : `${path}?${query.join('&')}`
  return { method: operation.method, target, headers, body }
}

function restBody(operation: OperationModel, input: Input): string | Uint8Array | undefined {
  const { members = [], payload } = operation.input ?? {}
  const whole = members.find(({ name }) => name === payload)
  if (whole !== undefined) {
    const value = input[whole.name]
    if (value === undefined || value instanceof Uint8Array) return value
    return JSON.stringify(json(whole.shape, value, 'location'))
  }
  const inBody = members.filter((member) => placeOf(operation, member) === 'body')
  return inBody.length === 0 ? undefined : JSON.stringify(jsonMembers(inBody, input, 'location'))
}

function awsJson(
  service: ServiceModel,
  operation: OperationModel,
  input: Input,
  rawBody: string | Uint8Array | undefined,
): WireRequest {
  return {
    method: 'POST',
    target: '/',
    headers: {
      'Content-Type': `application/x-amz-json-${service.jsonVersion ?? '1.0'}`,
      'X-Amz-Target': `${service.targetPrefix ?? ''}.${operation.name}`,
    },
    body: rawBody ?? JSON.stringify(jsonMembers(operation.input?.members ?? [], input, 'member')),
  }
}

/** restJson1 spells members by their `locationName`, awsJson never does. */
type Names = 'location' | 'member'

function jsonMembers(members: readonly Member[], input: Input, names: Names): Input {
  const out: Record<string, unknown> = {}
  for (const member of members) {
    const value = input[member.name]
    if (value === undefined) continue
    const name = names === 'location' ? (member.locationName ?? member.name) : member.name
    out[name] = json(member.shape, value, names)
  }
  return out
}

/** What is not of the shape's type stays what it is. */
function json(shape: Shape, value: unknown, names: Names): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Date) return value.getTime() / 1000
  if (shape.type === 'list' && Array.isArray(value)) {
    return value.map((each: unknown) => json(shape.member.shape, each, names))
  }
  if (!isRecord(value)) return value
  if (shape.type === 'structure') return jsonMembers(shape.members, value, names)
  if (shape.type !== 'map') return value
  const entries = Object.entries(value)
  return Object.fromEntries(
    entries.map(([key, each]) => [key, json(shape.value.shape, each, names)]),
  )
}

function awsQuery(service: ServiceModel, operation: OperationModel, input: Input): WireRequest {
  const parameters: [string, string][] = [
    ['Action', operation.name],
    ['Version', service.apiVersion],
  ]
  for (const member of operation.input?.members ?? [])
    form(member, member.name, input[member.name], parameters)
  return {
    method: 'POST',
    target: '/',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(parameters).toString(),
  }
}

function form(member: Member, name: string, value: unknown, out: [string, string][]): void {
  const { shape } = member
  if (value === undefined || value === null) return
  if (shape.type === 'list' && Array.isArray(value)) formList(shape, name, value, out)
  else if (shape.type === 'map' && isRecord(value)) formMap(shape, name, value, out)
  else if (shape.type === 'structure' && isRecord(value)) {
    // A structure without members is sent as its bare name.
    if (Object.keys(value).length === 0) out.push([name, ''])
    for (const each of shape.members) form(each, `${name}.${each.name}`, value[each.name], out)
  } else out.push([name, text(value)])
}

function formList(
  shape: ListShape,
  name: string,
  value: readonly unknown[],
  out: [string, string][],
): void {
  if (value.length === 0) out.push([name, ''])
  const prefix =
    shape.flattened === true ? name : `${name}.${shape.member.locationName ?? 'member'}`
  value.forEach((each, index) => form(shape.member, `${prefix}.${index + 1}`, each, out))
}

function formMap(shape: MapShape, name: string, value: Input, out: [string, string][]): void {
  const prefix = shape.flattened === true ? name : `${name}.entry`
  for (const [index, [key, each]] of Object.entries(value).entries()) {
    out.push([`${prefix}.${index + 1}.${shape.key.locationName ?? 'key'}`, key])
    form(shape.value, `${prefix}.${index + 1}.${shape.value.locationName ?? 'value'}`, each, out)
  }
}

/** A scalar as paths, queries, headers and forms spell it. */
function text(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Date) return value.toISOString()
  return String(value)
}

function isRecord(value: unknown): value is Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
