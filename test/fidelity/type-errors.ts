/**
 * For one place in an input, values of other types than the model's, and what AWS says of them.
 *
 * Texts that users of AWS have reported are asserted; where none is known, only that it is refused for its type.
 * Numbers in paths, queries, headers and forms are text, so that only text can be wrong there.
 */
import type { Shape } from '../../src/model/types.ts'
import { anyWords, type Words } from './run.ts'
import type { Site } from './sites.ts'

export interface WrongType {
  readonly what: string
  readonly value: unknown
  readonly message: Words
}

/** Values of JSON by what AWS calls them. */
const tokens = {
  STRING_VALUE: 'x',
  NUMBER_VALUE: 7,
  TRUE_VALUE: true,
  FALSE_VALUE: false,
} as const

const list = { what: 'a list', value: [] as unknown[] }
const map = { what: 'a map', value: {} }
const listWords = 'Start of list found where not expected'
const mapWords = 'Start of structure or map found where not expected.'

/** What JSON bodies can get wrong. */
export function jsonTypeErrors({ member: { shape } }: Pick<Site, 'member'>): readonly WrongType[] {
  switch (shape.type) {
    case 'structure':
      return [
        ...scalars(Object.keys(tokens), () => 'Expected null'),
        { ...list, message: anyWords },
      ]
    case 'list':
      return [
        ...scalars(Object.keys(tokens), () => 'Expected list or null'),
        { ...map, message: mapWords },
        ...entryErrors(shape.member.shape).map((each) => ({ ...each, value: [each.value] })),
      ]
    case 'map':
      return [
        ...scalars(Object.keys(tokens), () => anyWords),
        { ...list, message: anyWords },
        ...entryErrors(shape.value.shape).map((each) => ({ ...each, value: { a: each.value } })),
      ]
    default:
      return [
        ...scalarErrors(shape),
        { ...list, message: listWords },
        { ...map, message: mapWords },
      ]
  }
}

/** Entries that are aggregates have sites of their own. */
function entryErrors(shape: Shape): readonly WrongType[] {
  const isAggregate = shape.type === 'structure' || shape.type === 'list' || shape.type === 'map'
  if (isAggregate) return []
  return jsonTypeErrors({ member: { name: '', required: false, shape } }).map((each) => {
    return { ...each, what: `an entry is ${each.what}` }
  })
}

const articles: Readonly<Record<string, string>> = {
  string: 'a String',
  boolean: 'a Boolean',
  integer: 'an Integer',
  long: 'a Long',
}

function scalarErrors({ type }: Shape): readonly WrongType[] {
  const article = articles[type]
  const words = (token: string): Words =>
    article === undefined ? anyWords : `${token} can not be converted to ${article}`
  switch (type) {
    case 'string':
    case 'bigdecimal':
      return scalars(['NUMBER_VALUE', 'TRUE_VALUE', 'FALSE_VALUE'], words)
    case 'boolean':
      return scalars(['STRING_VALUE', 'NUMBER_VALUE'], words)
    case 'blob':
      return [
        ...scalars(['NUMBER_VALUE', 'TRUE_VALUE'], words),
        { what: 'no base64', value: '#', message: anyWords },
      ]
    case 'timestamp':
      return scalars(['STRING_VALUE', 'TRUE_VALUE'], words)
    case 'float':
    case 'double':
      return scalars(['STRING_VALUE', 'TRUE_VALUE'], words)
    default:
      return [
        ...scalars(['STRING_VALUE', 'TRUE_VALUE', 'FALSE_VALUE'], words),
        { what: 'a fraction', value: 1.5, message: anyWords },
        { what: 'out of range', value: 1e30, message: anyWords },
      ]
  }
}

function scalars(names: readonly string[], words: (token: string) => Words): readonly WrongType[] {
  return names.map((name) => ({
    what: name,
    value: tokens[name as keyof typeof tokens],
    message: words(name),
  }))
}

/** What text can get wrong, in paths, queries, headers and forms. */
export function textTypeErrors({ member: { shape } }: Site): readonly WrongType[] {
  const told = (what: string, value: unknown): WrongType => ({ what, value, message: anyWords })
  switch (shape.type) {
    case 'string':
    case 'structure':
    case 'bigdecimal':
    case 'map':
      return []
    case 'list':
      return textTypeErrors({ member: shape.member } as Site).map((each) => {
        return { ...each, what: `an entry is ${each.what}`, value: [each.value] }
      })
    case 'boolean':
      return [told('no boolean', 'perhaps'), told('a number', '7')]
    case 'blob':
      return [told('no base64', '#')]
    case 'timestamp':
      return [told('no time', 'yesterday')]
    case 'float':
    case 'double':
      return [told('no number', 'x')]
    default:
      return [
        told('no number', 'x'),
        told('a fraction', '1.5'),
        told('out of range', '1'.repeat(30)),
      ]
  }
}

/** Bodies that are no JSON, or none of a structure. */
export const unreadableBodies: Readonly<Record<string, string | Uint8Array>> = {
  'cut off': '{',
  'no JSON': 'nope',
  'two values': '{} {}',
  'a list': '[]',
  'a string': '"{}"',
  'a number': '7',
  'not UTF-8': Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
}
