/** For one place in an input, the values that break one constraint each. */
import type { ListShape, MapShape, ScalarShape, Shape } from '../../src/model/types.ts'
import { integerType } from '../../src/wire/scalars.ts'
import type { Site } from './sites.ts'
import { numbered, tooLongText, tooShortText, unmatchedText, validValue } from './values.ts'

export interface Violation {
  readonly what: string
  readonly value: unknown
}

/** Larger values are not sent: what they would test is the listener's limit. */
const unitsMax = 256 * 1024
/** Node.js' own client refuses longer header blocks. */
const headUnitsMax = 12 * 1024

/** @param forms the protocol has no null: what is not there is left out. */
export function violationsAt(site: Site, forms: boolean): readonly Violation[] {
  const found = [...missing(site, forms), ...ofShape(site, forms)]
  return found.filter(({ value }) => travels(site, value))
}

/** A label of a path is never missing: the path would be another one. */
function missing({ member, place }: Site, forms: boolean): Violation[] {
  if (!member.required || place === 'uri') return []
  if (member.shape.type === 'blob' && member.shape.streaming === true) return []
  const left = { what: 'missing', value: undefined }
  return forms || place !== 'body' ? [left] : [left, { what: 'null', value: null }]
}

function ofShape(site: Site, forms: boolean): Violation[] {
  const { shape } = site.member
  switch (shape.type) {
    case 'string':
      return texts(shape, site.place === 'header' || site.place === 'uri')
    case 'blob':
      return sizes(shape, (length) => Buffer.alloc(length, 'a'))
    case 'list':
      return lists(shape, forms)
    case 'map':
      return maps(shape, forms)
    case 'structure':
    case 'boolean':
    case 'timestamp':
    case 'bigdecimal':
      return []
    default:
      return numbers(shape)
  }
}

function texts(shape: Shape, mustPrint: boolean): Violation[] {
  const { min, max, pattern, enum: values } = shape
  const out: Violation[] = []
  if (max !== undefined && max < unitsMax)
    out.push({ what: 'too long', value: tooLongText(shape, max) })
  if (min !== undefined && min > 0) out.push({ what: 'too short', value: tooShortText(shape, min) })
  if (pattern !== undefined) {
    const value = unmatchedText(shape, mustPrint)
    if (value !== undefined) out.push({ what: 'wrong pattern', value })
  }
  if (values !== undefined) out.push({ what: 'not in the enum', value: 'NoSuchValue' })
  return out
}

function sizes(shape: Shape, make: (length: number) => unknown): Violation[] {
  const { min, max } = shape
  const out: Violation[] = []
  if (max !== undefined && max < unitsMax) out.push({ what: 'too long', value: make(max + 1) })
  if (min !== undefined && min > 0) out.push({ what: 'too short', value: make(min - 1) })
  return out
}

function numbers(shape: ScalarShape): Violation[] {
  const { min, max } = shape
  const width = integerType(shape.type) ?? { min: -Infinity, max: Infinity }
  const out: Violation[] = []
  if (max !== undefined && max < width.max) out.push({ what: 'too large', value: max + 1 })
  if (min !== undefined && min > width.min) out.push({ what: 'too small', value: min - 1 })
  return out
}

function lists(shape: ListShape, forms: boolean): Violation[] {
  const entry = shape.member.shape
  const make = (length: number): unknown => Array.from({ length }, () => validValue(entry))
  const rest = (validValue(shape) as readonly unknown[]).slice(1)
  return [
    ...sizes(shape, make),
    ...entriesOf(entry, forms).map(({ what, value }) => {
      return { what: `an entry is ${what}`, value: [value, ...rest] }
    }),
  ]
}

function maps({ min = 0, max, key, value }: MapShape, forms: boolean): Violation[] {
  const make = (length: number): unknown =>
    Object.fromEntries(numbered(key.shape, length).map((each) => [each, validValue(value.shape)]))
  const [someKey = ''] = numbered(key.shape, 1)
  const wrongKeys = texts(key.shape, false).map((wrong) => {
    return {
      what: `a key is ${wrong.what}`,
      value: { [String(wrong.value)]: validValue(value.shape) },
    }
  })
  const wrongValues = entriesOf(value.shape, forms).map((wrong) => {
    return { what: `a value is ${wrong.what}`, value: { [someKey]: wrong.value } }
  })
  const countable = { min, ...(max === undefined ? {} : { max }) } as Shape
  return [...sizes(countable, make), ...wrongKeys, ...wrongValues]
}

/** Scalars only: what is wrong inside of other entries is found at sites of their own. */
function entriesOf(entry: Shape, forms: boolean): Violation[] {
  const nothing = forms ? [] : [{ what: 'null', value: null }]
  if (entry.type === 'string') return [...texts(entry, false), ...nothing]
  if (entry.type === 'blob') return [...sizes(entry, (length) => Buffer.alloc(length)), ...nothing]
  const isNumber = integerType(entry.type) !== undefined || /float|double/.test(entry.type)
  return isNumber ? [...numbers(entry as ScalarShape), ...nothing] : nothing
}

/** Whether the value can be said where it stands: an empty label, list or null cannot. */
function travels({ place }: Site, value: unknown): boolean {
  if (place === 'body' || value === undefined) return true
  if (typeof value === 'string' && value.length > headUnitsMax) return false
  if (place === 'uri') return value !== ''
  if (!Array.isArray(value)) return true
  return value.length > 0 && !value.includes(null)
}
