/**
 * Checks an input against the model's constraints and refuses it in AWS's words:
 * "2 validation errors detected: Value null at 'role' failed to satisfy constraint: Member must not be
 * null; Value ...". What the model cannot say is the services' own `rules.ts`.
 *
 * Checks are compiled once per operation, and only for members that have something to check below
 * them: an operation without constraints costs one lookup. A value that is too long is held against its
 * pattern as well, as AWS does, but only up to a bound. Called by the gateway between parse and call.
 * Read next: `constraint-text.ts`, `service-rules.ts`.
 */
import { ServiceError } from '../kernel/errors.ts'
import type { Member, OperationModel, ServiceModel, Shape, StructureShape } from '../model/types.ts'
import {
  describeEntries,
  describeValue,
  isNumber,
  lowerFirst,
  notInEnum,
  notMatching,
  notNull,
  tooLittle,
  tooMuch,
} from './constraint-text.ts'
import { compileJavaPattern } from './java-pattern.ts'
import { memoize } from './protocol.ts'
import { rulesOf, type ServiceRules } from './service-rules.ts'

type Input = Readonly<Record<string, unknown>>

/** Collects what is wrong; stops recording, not counting, after `violationsMax`. */
class Violations {
  readonly words: string[] = []
  count = 0

  add(member: Member, value: unknown, path: string, constraint: string): void {
    this.count++
    if (this.words.length >= violationsMax) return
    this.words.push(
      `${describeValue(member, value, path)} failed to satisfy constraint: ${constraint}`,
    )
  }
}

/** How many violations are spelled out: a hostile list could have a million. */
const violationsMax = 100

type Check = (value: unknown, path: string, violations: Violations) => void
/** True when the value, or for aggregates the value without its entries, satisfies the shape. */
type Test = (value: unknown) => boolean

/**
 * Throws `ServiceError`, with the code the service has for it, when the input breaks a constraint.
 * Every violation is named, in the order of the model's members.
 */
export function checkConstraints(
  service: ServiceModel,
  operation: OperationModel,
  input: Input,
): void {
  const check = checkOf(operation, service)
  if (check === undefined) return
  const violations = new Violations()
  check(input, '', violations)
  const { count, words } = violations
  if (count === 0) return
  const errors = count === 1 ? 'error' : 'errors'
  throw new ServiceError(
    rulesOf(service).validation,
    `${count} validation ${errors} detected: ${words.join('; ')}`,
  )
}

const checkOf = memoize((operation: OperationModel, service: ServiceModel) =>
  operation.input === undefined
    ? undefined
    : new Compiler(rulesOf(service)).structure(operation.input),
)

class Compiler {
  readonly #rules: ServiceRules
  /** `pending` while a shape is being compiled: shapes refer to themselves. */
  readonly #known = new Map<Shape, { check: Check | undefined; pending: boolean }>()

  constructor(rules: ServiceRules) {
    this.#rules = rules
  }

  /** The check of a structure's members; undefined when nothing below it has a constraint. */
  structure(shape: StructureShape): Check | undefined {
    const fields = shape.members
      .map((member) => ({
        member,
        name: member.name,
        path: lowerFirst(member.name),
        check: this.#member(member, shape),
      }))
      .filter(({ member, check }) => member.required || check !== undefined)
    if (fields.length === 0) return undefined
    return (value, path, violations) => {
      const prefix = path === '' ? '' : `${path}.`
      for (const field of fields) {
        const given = (value as Input)[field.name]
        if (given !== undefined && given !== null) {
          field.check?.(given, prefix === '' ? field.path : prefix + field.path, violations)
        } else if (field.member.required) {
          violations.add(field.member, null, prefix + field.path, notNull)
        }
      }
    }
  }

  #member(member: Member, owner: StructureShape): Check | undefined {
    const later = this.#rules.laterEnums?.includes(`${owner.name}.${member.name}`) === true
    return all([ownCheck(member, later), this.#below(member)])
  }

  /** The check of what is inside an aggregate. */
  #below(member: Member): Check | undefined {
    const { shape } = member
    if (shape.type !== 'structure' && shape.type !== 'list' && shape.type !== 'map') {
      return undefined
    }
    const known = this.#known.get(shape)
    if (known !== undefined) {
      // Inside itself a shape's check is not there yet: looked up when a value gets that deep.
      return known.pending ? (value, path, found) => known.check?.(value, path, found) : known.check
    }
    const entry: { check: Check | undefined; pending: boolean } = {
      check: undefined,
      pending: true,
    }
    this.#known.set(shape, entry)
    if (shape.type === 'structure') entry.check = this.structure(shape)
    else if (shape.type === 'list') entry.check = this.#list(member, shape.member)
    else entry.check = this.#map(member, shape.key, shape.value)
    entry.pending = false
    return entry.check
  }

  /** Lists of scalars are named as a whole; of aggregates, each entry has its own path. */
  #list(list: Member, entry: Member): Check {
    const test = scalarTest(entry.shape)
    const words = describeEntries('Member', entry.shape)
    const below = this.#below(entry)
    const own = isAggregate(entry.shape) ? ownCheck(entry, false) : undefined
    return (value, path, violations) => {
      const items = value as readonly unknown[]
      if (items.some((item) => item === null || !test(item))) {
        violations.add(list, value, path, words)
      }
      if (below === undefined && own === undefined) return
      items.forEach((item, index) => {
        if (item === null) return
        const itemPath = `${path}.${index + 1}.member`
        own?.(item, itemPath, violations)
        below?.(item, itemPath, violations)
      })
    }
  }

  #map(map: Member, key: Member, entry: Member): Check {
    const testKey = scalarTest(key.shape)
    const testValue = scalarTest(entry.shape)
    const keyWords = describeEntries('Map keys', key.shape)
    const valueWords = describeEntries('Map value', entry.shape)
    const below = this.#below(entry)
    const own = isAggregate(entry.shape) ? ownCheck(entry, false) : undefined
    return (value, path, violations) => {
      const entries = Object.entries(value as Input)
      if (!entries.every(([name]) => testKey(name))) violations.add(map, value, path, keyWords)
      if (entries.some(([, item]) => item === null || !testValue(item))) {
        violations.add(map, value, path, valueWords)
      }
      if (below === undefined && own === undefined) return
      for (const [name, item] of entries) {
        if (item === null) continue
        const itemPath = `${path}.${name}.member`
        own?.(item, itemPath, violations)
        below?.(item, itemPath, violations)
      }
    }
  }
}

function isAggregate({ type }: Shape): boolean {
  return type === 'structure' || type === 'list' || type === 'map'
}

function all(checks: readonly (Check | undefined)[]): Check | undefined {
  const present = checks.filter((check) => check !== undefined)
  if (present.length <= 1) return present[0]
  return (value, path, violations) => {
    for (const check of present) check(value, path, violations)
  }
}

/** The constraints of the member's own shape, each with its words. */
function ownCheck(member: Member, enumLater: boolean): Check | undefined {
  const tests = shapeTests(member.shape, enumLater)
  if (tests.length === 0) return undefined
  return (value, path, violations) => {
    for (const { test, words } of tests) {
      if (!test(value)) violations.add(member, value, path, words)
    }
  }
}

/** All constraints of a scalar at once, for entries of lists and maps; true for aggregates. */
function scalarTest(shape: Shape): Test {
  if (isAggregate(shape)) return () => true
  const tests = shapeTests(shape, false)
  return (value) => tests.every(({ test }) => test(value))
}

interface WordedTest {
  readonly test: Test
  readonly words: string
}

function shapeTests(shape: Shape, enumLater: boolean): readonly WordedTest[] {
  const tests: WordedTest[] = []
  const { min, max, pattern, enum: values } = shape
  const size = isNumber(shape) ? (value: unknown) => value as number : sizeOf
  if (max !== undefined) {
    tests.push({ test: (value) => !(size(value) > max), words: tooMuch(shape, max) })
  }
  if (min !== undefined) {
    tests.push({ test: (value) => !(size(value) < min), words: tooLittle(shape, min) })
  }
  const regex = pattern === undefined ? undefined : compileJavaPattern(pattern)
  if (pattern !== undefined && regex !== undefined) {
    const longest = max === undefined ? Infinity : max + matchedBeyondMax
    tests.push({ test: patternTest(regex, longest), words: notMatching(pattern) })
  }
  if (values !== undefined && !enumLater) {
    const known = new Set(values)
    tests.push({ test: (value) => known.has(value as string), words: notInEnum(shape) })
  }
  return tests
}

/** Values longer than their shape allows by more than this are refused for their length alone. */
const matchedBeyondMax = 4096

/** Values of a pattern that are remembered as good, and how long they may be. */
const remembered = { values: 256, length: 256 }

/**
 * A value longer than `longest` has been refused already: it does not get to run the pattern. Short values
 * that matched are remembered, since the same few function names come again and again: a lookup costs
 * a tenth of what Lambda's ARN pattern does.
 */
function patternTest(regex: RegExp, longest: number): Test {
  const good = new Set<string>()
  return (value) => {
    const text = value as string
    if (text.length > longest || good.has(text)) return true
    if (!regex.test(text)) return false
    if (text.length <= remembered.length) {
      if (good.size >= remembered.values) good.clear()
      good.add(text)
    }
    return true
  }
}

/** Length of text in UTF-16 units (Java's), of bytes, entries of a list, of a map. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length
  if (value instanceof Uint8Array) return value.byteLength
  return Object.keys(value as object).length
}
