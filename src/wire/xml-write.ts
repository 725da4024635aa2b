/**
 * Writes structures as XML: restXml bodies, awsQuery and ec2Query results.
 *
 * Shapes become closures, once per shape, that add text to text. Names: a member's `locationName`, else
 * its own; entries of a list are `<member>` unless named; a flattened list repeats the member's element.
 * Called by `rest-xml.ts` and `aws-query.ts`.
 */
import { assert } from '../kernel/assert.ts'
import type { Member, Shape, StructureShape, XmlNamespace } from '../model/types.ts'
import type { Members } from './protocol.ts'
import { textWriter } from './scalars.ts'

/** Writes an element, or several, of the given name. */
type WriteElement = (name: string, value: unknown) => string

const writers = new WeakMap<Shape, WriteElement>()

/** The members as elements one after the other, without an element around them. */
export function xmlMembers(members: readonly Member[]): (value: Members) => string {
  let fields: readonly { name: string; write: (value: unknown) => string }[] | undefined
  return (value) => {
    fields ??= members
      .filter((member) => member.xmlAttribute !== true)
      .map((member) => ({ name: member.name, write: memberWriter(member) }))
    let text = ''
    for (const field of fields) {
      const given = value[field.name]
      if (given !== undefined && given !== null) text += field.write(given)
    }
    return text
  }
}

/** One element with the structure's members in it. */
export function xmlElement(
  name: string,
  shape: StructureShape,
  namespace = shape.xmlNamespace,
): (value: Members) => string {
  const attributes = attributeWriter(shape, namespace)
  const members = xmlMembers(shape.members)
  return (value) => `<${name}${attributes(value)}>${members(value)}</${name}>`
}

function memberWriter(member: Member): (value: unknown) => string {
  const { shape } = member
  const flattened = isFlattened(member)
  const name = elementName(member, flattened)
  if (shape.type === 'list') return listWriter(name, shape.member, flattened, member.xmlNamespace)
  if (shape.type === 'map') return mapWriter(name, shape.key, shape.value, flattened)
  if (shape.type === 'structure' && member.xmlNamespace !== undefined) {
    return xmlElement(name, shape, member.xmlNamespace) as (value: unknown) => string
  }
  const write = elementWriter(member)
  return (value) => write(name, value)
}

export function isFlattened({ flattened, shape }: Member): boolean {
  return flattened === true || shape.flattened === true
}

/** A flattened list's elements carry its entries' name, where they have one. */
export function elementName(member: Member, flattened: boolean): string {
  const entry =
    flattened && member.shape.type === 'list' ? member.shape.member.locationName : undefined
  return entry ?? member.locationName ?? member.name
}

/** Of values whose element name depends on where they stand: entries of lists and maps, scalars. */
function elementWriter(member: Member): WriteElement {
  const { shape } = member
  if (shape.type === 'structure' || shape.type === 'list' || shape.type === 'map') {
    let write = writers.get(shape)
    if (write === undefined) {
      write = aggregateWriter(shape)
      writers.set(shape, write)
    }
    return write
  }
  const write = textWriter(member, 'iso8601')
  return (name, value) => `<${name}>${escapeText(write(value))}</${name}>`
}

function aggregateWriter(shape: Shape): WriteElement {
  switch (shape.type) {
    case 'structure': {
      const attributes = attributeWriter(shape, shape.xmlNamespace)
      const members = xmlMembers(shape.members)
      return (name, value) => {
        const record = value as Members
        return `<${name}${attributes(record)}>${members(record)}</${name}>`
      }
    }
    case 'list': {
      const entries = lazy(() => elementWriter(shape.member))
      const entryName = shape.member.locationName ?? 'member'
      return (name, value) => `<${name}>${joinList(value, entryName, entries())}</${name}>`
    }
    case 'map': {
      const pairs = lazy(() => pairWriter(shape.key, shape.value))
      return (name, value) => `<${name}>${joinMap(value, 'entry', pairs())}</${name}>`
    }
    default:
      assert(false, `${shape.type} is no aggregate`)
  }
}

function listWriter(
  name: string,
  entry: Member,
  flattened: boolean,
  namespace: XmlNamespace | undefined,
): (value: unknown) => string {
  const entries = lazy(() => elementWriter(entry))
  if (flattened) return (value) => joinList(value, name, entries())
  const entryName = entry.locationName ?? 'member'
  const attribute = namespaceAttribute(namespace)
  return (value) => `<${name}${attribute}>${joinList(value, entryName, entries())}</${name}>`
}

function mapWriter(
  name: string,
  key: Member,
  value: Member,
  flattened: boolean,
): (value: unknown) => string {
  const pairs = lazy(() => pairWriter(key, value))
  if (flattened) return (map) => joinMap(map, name, pairs())
  return (map) => `<${name}>${joinMap(map, 'entry', pairs())}</${name}>`
}

function pairWriter(key: Member, value: Member): (key: string, value: unknown) => string {
  const keyName = key.locationName ?? 'key'
  const valueName = value.locationName ?? 'value'
  const write = elementWriter(value)
  return (name, item) => `<${keyName}>${escapeText(name)}</${keyName}>${write(valueName, item)}`
}

function joinList(value: unknown, name: string, write: WriteElement): string {
  let text = ''
  for (const item of value as Iterable<unknown>) text += write(name, item)
  return text
}

function joinMap(
  value: unknown,
  name: string,
  write: (key: string, value: unknown) => string,
): string {
  let text = ''
  for (const [key, item] of Object.entries(value as Members)) {
    if (item !== undefined && item !== null) text += `<${name}>${write(key, item)}</${name}>`
  }
  return text
}

function attributeWriter(
  shape: StructureShape,
  namespace: XmlNamespace | undefined,
): (value: Members) => string {
  const fixed = namespaceAttribute(namespace)
  const attributes = shape.members
    .filter((member) => member.xmlAttribute === true)
    .map((member) => ({
      name: member.name,
      attribute: member.locationName ?? member.name,
      write: textWriter(member, 'iso8601'),
    }))
  if (attributes.length === 0) return () => fixed
  return (value) => {
    let text = fixed
    for (const { name, attribute, write } of attributes) {
      const given = value[name]
      if (given !== undefined && given !== null) {
        text += ` ${attribute}="${escapeText(write(given))}"`
      }
    }
    return text
  }
}

export function namespaceAttribute(namespace: XmlNamespace | undefined): string {
  if (namespace === undefined) return ''
  const name = namespace.prefix === undefined ? 'xmlns' : `xmlns:${namespace.prefix}`
  return ` ${name}="${escapeText(namespace.uri)}"`
}

function lazy<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
}

/** For text and attributes. Carriage returns would be normalised away by the reader. */
export function escapeText(text: string): string {
  return /[&<>"\r]/.test(text)
    ? text.replaceAll(/[&<>"\r]/g, (each) => escapes[each] ?? each)
    : text
}
