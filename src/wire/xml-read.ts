/**
 * Reads XML bodies (restXml requests).
 *
 * A small non-validating parser: elements, attributes, text, CDATA, comments, the five entities and
 * character references. No document types: they are where XML's attacks live, and no AWS client sends
 * one. Nesting is bounded. Then a structure is read over the elements by shape; names are compared
 * without their namespace prefix. Called by `rest-xml.ts`.
 */
import { ServiceError } from '../kernel/errors.ts'
import type { Member, Shape } from '../model/types.ts'
import { isOverfull } from './faults.ts'
import { setKey } from './json.ts'
import { depthMax } from './limits.ts'
import { textReader } from './scalars.ts'
import { elementName, isFlattened } from './xml-write.ts'

export interface Element {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly Element[]
  readonly text: string
}

interface OpenElement extends Element {
  readonly attributes: Map<string, string>
  readonly children: Element[]
  text: string
}

/** The error S3 has for bodies that are not the XML it expects. */
export function malformedXml(): ServiceError {
  return new ServiceError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  )
}

const tag =
  /<(?:!--[\s\S]*?--|\?[\s\S]*?\?|!\[CDATA\[([\s\S]*?)\]\]|\/([^\s<>/]+)\s*|([^\s<>/!?]+)((?:\s+[^\s=<>/]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/)?)>/y
const attribute = /([^\s=<>/]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

/** The root element. Throws `ServiceError` for what is not well-formed. */
export function parseXml(text: string): Element {
  const document: OpenElement = { name: '', attributes: new Map(), children: [], text: '' }
  const open: OpenElement[] = [document]
  let at = text.startsWith('\ufeff') ? 1 : 0
  while (at < text.length) {
    const current = open.at(-1)
    const next = text.indexOf('<', at)
    const end = next === -1 ? text.length : next
    if (current === undefined) throw malformedXml()
    if (end > at) current.text += decodeEntities(text.slice(at, end))
    if (next === -1) break
    tag.lastIndex = next
    const match = tag.exec(text)
    if (match === null) throw malformedXml()
    const [whole, cdata, closing, name, attributes = '', empty] = match
    if (cdata !== undefined) current.text += cdata
    else if (closing !== undefined) {
      if (open.length === 1 || current.name !== closing) throw malformedXml()
      open.pop()
    } else if (name !== undefined) {
      const element = { name, attributes: readAttributes(attributes), children: [], text: '' }
      current.children.push(element)
      if (empty === undefined) open.push(element)
      if (open.length > depthMax) throw malformedXml()
    }
    at = next + whole.length
  }
  const [root, ...others] = document.children
  if (open.length !== 1 || root === undefined || others.length > 0 || document.text.trim() !== '') {
    throw malformedXml()
  }
  return root
}

function readAttributes(text: string): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const [, name = '', double, single] of text.matchAll(attribute)) {
    attributes.set(name, decodeEntities(double ?? single ?? ''))
  }
  return attributes
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
}

function decodeEntities(text: string): string {
  const lines = text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text
  if (!lines.includes('&')) return lines
  return lines.replaceAll(/&(?:([^;&]{1,10});)?/g, (_whole, name = '') => decodeEntity(name))
}

function decodeEntity(name: string): string {
  const known = Object.hasOwn(entities, name) ? entities[name] : undefined
  if (known !== undefined) return known
  const [, hex, decimal] = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(name) ?? []
  const code = hex === undefined ? Number(decimal) : parseInt(hex, 16)
  if (!(code > 0 && code <= 0x10ffff)) throw malformedXml()
  return String.fromCodePoint(code)
}

// ---- by shape ----

/** The members of a structure that the element has, as children or attributes. */
export function readXmlMembers(
  members: readonly Member[],
  element: Element,
): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  const children = Map.groupBy(element.children, (child) => localName(child.name))
  for (const member of members) {
    if (member.xmlAttribute === true) {
      const given = element.attributes.get(member.locationName ?? member.name)
      if (given !== undefined) out[member.name] = readText(member, given)
      continue
    }
    const flattened = isFlattened(member)
    const found = children.get(localName(elementName(member, flattened)))
    const [first] = found ?? []
    if (found === undefined || first === undefined) continue
    out[member.name] = flattened ? readFlat(member, found) : readElement(member, first)
  }
  return out
}

/** Names without a namespace prefix: clients may prefix as they like. */
function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

function readFlat(member: Member, elements: readonly Element[]): unknown {
  const { shape } = member
  if (shape.type === 'list') return elements.map((each) => readElement(shape.member, each))
  if (shape.type === 'map') return readMap(shape, elements)
  throw malformedXml()
}

function readElement(member: Member, element: Element): unknown {
  const { shape } = member
  switch (shape.type) {
    case 'structure': {
      const members = readXmlMembers(shape.members, element)
      if (isOverfull(shape, members)) throw malformedXml()
      return members
    }
    case 'list': {
      const name = localName(shape.member.locationName ?? 'member')
      const entries = element.children.filter((child) => localName(child.name) === name)
      return entries.map((each) => readElement(shape.member, each))
    }
    case 'map':
      return readMap(shape, element.children)
    default:
      return readText(member, element.text)
  }
}

function readMap(
  shape: Shape & { type: 'map' },
  elements: readonly Element[],
): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  const keyName = shape.key.locationName ?? 'key'
  const valueName = shape.value.locationName ?? 'value'
  for (const entry of elements) {
    const key = entry.children.find((child) => localName(child.name) === keyName)
    const value = entry.children.find((child) => localName(child.name) === valueName)
    if (key === undefined || value === undefined) throw malformedXml()
    setKey(out, key.text, readElement(shape.value, value))
  }
  return out
}

function readText(member: Member, text: string): unknown {
  const { type } = member.shape
  try {
    // Pretty-printed documents have space around everything but strings, which keep theirs.
    return textReader(member, 'iso8601')(type === 'string' ? text : text.trim())
  } catch (error) {
    if (error instanceof ServiceError) throw malformedXml()
    throw error
  }
}
