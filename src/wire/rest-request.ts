/**
 * Binds a REST request to an operation's input: labels, query parameters, headers, body.
 *
 * This is on the way of every Invoke, so an operation is compiled once into flat arrays of bindings;
 * a request then costs a lookup per bound member and one per query parameter, and a body that is a
 * blob is passed on as it is, uncopied and unread. Called by `rest-json.ts` and `rest-xml.ts`.
 */
import { assert } from '../kernel/assert.ts'
import type { Member, OperationModel } from '../model/types.ts'
import type { HttpRequest } from './http.ts'
import { setKey } from './json.ts'
import { eachParameter } from './query-string.ts'
import { labelNames, type Route } from './router.ts'
import { textReader, type TextReader } from './scalars.ts'

export type RequestBinder = (route: Route, request: HttpRequest) => Record<string, unknown>

/** How the protocol reads the body: into `input`, or as the value of the payload member. */
export interface RequestBody {
  members(operation: OperationModel, members: readonly Member[]): (body: Uint8Array) => object
  payload(member: Member): (body: Uint8Array) => unknown
}

interface TextBinding {
  readonly name: string
  readonly key: string
  readonly read: TextReader
}

interface QueryBinding extends TextBinding {
  readonly list: boolean
}

type Assign = (input: Record<string, unknown>, request: HttpRequest) => void

export function compileRequest(operation: OperationModel, body: RequestBody): RequestBinder {
  const members = operation.input?.members ?? []
  const labels = labelBindings(operation, members)
  const headers = headerBindings(members)
  const prefixed = members.filter((member) => member.location === 'headers').map(prefixBinding)
  const query = compileQuery(members)
  const readBody = compileBody(operation, members, body)
  return (route, request) => {
    const input: Record<string, unknown> = {}
    for (let index = 0; index < labels.length; index++) {
      const label = labels[index]
      if (label !== undefined) input[label.name] = label.read(route.labels[index] ?? '')
    }
    if (request.query !== '') query(input, request)
    for (const header of headers) {
      const value = request.headers[header.key]
      if (value !== undefined) input[header.name] = header.read(headerText(value))
    }
    for (const assign of prefixed) assign(input, request)
    readBody(input, request)
    return input
  }
}

function labelBindings(
  operation: OperationModel,
  members: readonly Member[],
): readonly TextBinding[] {
  const bound = members.filter((member) => member.location === 'uri')
  return labelNames(operation.uri).map((label) => {
    const member = bound.find((each) => (each.locationName ?? each.name) === label)
    assert(member !== undefined, `${operation.name} has no member for the label ${label}`)
    return { name: member.name, key: label, read: textReader(member, 'iso8601') }
  })
}

function headerBindings(members: readonly Member[]): readonly TextBinding[] {
  return members
    .filter((member) => member.location === 'header')
    .map((member) => ({
      name: member.name,
      key: (member.locationName ?? member.name).toLowerCase(),
      read: headerReader(member),
    }))
}

function headerReader(member: Member): TextReader {
  if (member.shape.type !== 'list') return textReader(member, 'rfc822')
  const item = member.shape.member
  const read = textReader(item, 'rfc822')
  // HTTP dates have a comma of their own: "Sun, 06 Nov 1994 08:49:37 GMT".
  const separator = item.shape.type === 'timestamp' ? /(?<=GMT)\s*,\s*/ : /\s*,\s*/
  return (text) => text.split(separator).map((part) => read(unquote(part)))
}

/** A list entry with a comma or a quote in it is sent quoted. */
function unquote(text: string): string {
  if (!text.startsWith('"') || !text.endsWith('"') || text.length < 2) return text
  return text.slice(1, -1).replaceAll('\\"', '"').replaceAll('\\\\', '\\')
}

function headerText(value: string | string[]): string {
  return typeof value === 'string' ? value : value.join(', ')
}

function prefixBinding(member: Member): Assign {
  const prefix = (member.locationName ?? '').toLowerCase()
  return (input, request) => {
    let found: Record<string, unknown> | undefined
    for (const [name, value] of Object.entries(request.headers)) {
      if (!name.startsWith(prefix) || value === undefined) continue
      found ??= {}
      setKey(found, name.slice(prefix.length), headerText(value))
    }
    if (found !== undefined) input[member.name] = found
  }
}

function compileQuery(members: readonly Member[]): Assign {
  const bound = members.filter((member) => member.location === 'querystring')
  const named = new Map<string, QueryBinding>()
  for (const member of bound.filter((each) => each.shape.type !== 'map')) {
    const key = member.locationName ?? member.name
    named.set(key, { name: member.name, key, ...queryReader(member) })
  }
  const rest = bound.find((member) => member.shape.type === 'map')
  return (input, request) => {
    eachParameter(request.query, (name, value) => {
      const binding = named.get(name)
      if (binding !== undefined) assignQuery(input, binding, value)
      else if (rest !== undefined) assignRest(input, rest, name, value)
    })
  }
}

function queryReader(member: Member): { read: TextReader; list: boolean } {
  return member.shape.type === 'list'
    ? { read: textReader(member.shape.member, 'iso8601'), list: true }
    : { read: textReader(member, 'iso8601'), list: false }
}

function assignQuery(input: Record<string, unknown>, binding: QueryBinding, value: string): void {
  if (!binding.list) {
    input[binding.name] = binding.read(value)
    return
  }
  const list = (input[binding.name] ??= []) as unknown[]
  list.push(binding.read(value))
}

/** A map takes every parameter that no other member has; of strings, or of lists of them. */
function assignRest(
  input: Record<string, unknown>,
  member: Member,
  name: string,
  value: string,
): void {
  assert(member.shape.type === 'map', 'only maps take the rest of the query')
  const map = (input[member.name] ??= {}) as Record<string, unknown>
  if (member.shape.value.shape.type !== 'list') setKey(map, name, value)
  else if (Object.hasOwn(map, name)) (map[name] as string[]).push(value)
  else setKey(map, name, [value])
}

function compileBody(
  operation: OperationModel,
  members: readonly Member[],
  body: RequestBody,
): Assign {
  const payload = members.find((member) => member.name === operation.input?.payload)
  if (payload !== undefined) {
    const { name } = payload
    const read = body.payload(payload)
    return (input, request) => {
      if (request.body.byteLength > 0) input[name] = read(request.body)
    }
  }
  const inBody = members.filter((member) => member.location === undefined)
  if (inBody.length === 0) return () => undefined
  const read = body.members(operation, inBody)
  return (input, request) => {
    Object.assign(input, read(request.body))
  }
}
