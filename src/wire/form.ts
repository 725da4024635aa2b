/**
 * Reads the parameters of awsQuery and ec2Query requests as an operation's input.
 *
 * `Tags.member.1.Key=a` is a path into the input. Parameters become a tree of names, then the shape is
 * walked over the tree: what the shape does not have is ignored, as AWS does. awsQuery and ec2Query
 * differ in names (ec2 capitalises) and in lists (ec2 never says `member`).
 * Called by `aws-query.ts`.
 */
import { ServiceError } from '../kernel/errors.ts'
import type { Member, Shape, StructureShape } from '../model/types.ts'
import { isOverfull, overfullUnion } from './faults.ts'
import { setKey } from './json.ts'
import { depthMax } from './limits.ts'
import { eachParameter } from './query-string.ts'
import { textReader } from './scalars.ts'
import { elementName, isFlattened } from './xml-write.ts'

export interface Parameter {
  value?: string
  children?: Map<string, Parameter>
}

type Dialect = 'awsQuery' | 'ec2Query'

/** The tree of the parameters in a query string and a form body. Throws `ServiceError`. */
export function parseForm(...texts: readonly string[]): Parameter {
  const root: Parameter = {}
  for (const text of texts) {
    eachParameter(text, (name, value) => {
      const segments = name.split('.', depthMax + 1)
      if (segments.length > depthMax) {
        throw malformedInput(`The request is nested more than ${depthMax} levels deep.`)
      }
      let node = root
      for (const segment of segments) {
        node.children ??= new Map()
        let next = node.children.get(segment)
        if (next === undefined) node.children.set(segment, (next = {}))
        node = next
      }
      node.value = value
    })
  }
  return root
}

/** The members of `shape` that the tree has. */
export function readForm(
  shape: StructureShape,
  form: Parameter,
  dialect: Dialect,
): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const member of shape.members) {
    const found = dialect === 'ec2Query' ? ec2Parameter(member, form) : queryParameter(member, form)
    if (found === undefined) continue
    const value = readValue(member, found, dialect)
    if (value !== undefined) out[member.name] = value
  }
  return out
}

function queryParameter(member: Member, form: Parameter): Parameter | undefined {
  return form.children?.get(elementName(member, isFlattened(member)))
}

function ec2Parameter(member: Member, form: Parameter): Parameter | undefined {
  const name = member.queryName ?? capitalise(member.locationName ?? member.name)
  return form.children?.get(name)
}

function capitalise(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

function readValue(member: Member, parameter: Parameter, dialect: Dialect): unknown {
  const { shape } = member
  switch (shape.type) {
    case 'structure':
      // `Name=` without anything below is an empty structure; clients send it for one.
      return readUnion(shape, readForm(shape, parameter, dialect))
    case 'list': {
      const flattened = dialect === 'ec2Query' || isFlattened(member)
      return readList(shape.member, listNode(shape.member, parameter, flattened), dialect)
    }
    case 'map':
      return readMap(shape, isFlattened(member) ? parameter : child(parameter, 'entry'), dialect)
    default: {
      if (parameter.value === undefined) return undefined
      try {
        return textReader(member, 'iso8601')(parameter.value)
      } catch (error) {
        if (error instanceof ServiceError) throw malformedInput(error.message)
        throw error
      }
    }
  }
}

function readUnion(shape: StructureShape, members: object): object {
  if (isOverfull(shape, members)) throw malformedInput(overfullUnion)
  return members
}

function listNode(entry: Member, parameter: Parameter, flattened: boolean): Parameter {
  if (flattened) return parameter
  const named = parameter.children?.get(entry.locationName ?? 'member')
  // Some clients flatten what the model does not, or leave the entries' name out.
  return named ?? parameter.children?.get('member') ?? parameter
}

function child(parameter: Parameter, name: string): Parameter {
  return parameter.children?.get(name) ?? {}
}

/** `Name=` is an empty list; gaps in the numbering close up. */
function readList(entry: Member, parameter: Parameter, dialect: Dialect): unknown[] {
  return numbered(parameter).map((each) => readValue(entry, each, dialect))
}

function readMap(
  shape: Shape & { type: 'map' },
  parameter: Parameter,
  dialect: Dialect,
): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const pair of numbered(parameter)) {
    const key = pair.children?.get(shape.key.locationName ?? 'key')?.value
    const value = pair.children?.get(shape.value.locationName ?? 'value')
    if (key === undefined || value === undefined) {
      throw malformedInput('A map entry must have a key and a value.')
    }
    setKey(out, key, readValue(shape.value, value, dialect))
  }
  return out
}

function numbered(parameter: Parameter): readonly Parameter[] {
  const entries = [...(parameter.children ?? [])].filter(([index]) => /^\d{1,9}$/.test(index))
  return entries.toSorted(([a], [b]) => Number(a) - Number(b)).map(([, each]) => each)
}

/** awsQuery's name for what the others call SerializationException. */
function malformedInput(message: string): ServiceError {
  return new ServiceError('MalformedInput', message)
}
