/**
 * Filter patterns for events of fields with blanks between them: `[ip, user, ..., status = 4*, bytes > 1000]`.
 *
 * Facts: "Using filter patterns to match terms in space-delimited log events" in the CloudWatch Logs user guide, and the
 * examples of TestMetricFilter in the API reference. What is in quotes or square brackets is one field. `...` stands for
 * any number of fields, `[]` for all there are, and a field may be left without a name. Without `...`, the last field
 * has all that is left of the event: that is why `[w1=ERROR, w2]` finds the events whose first word is ERROR.
 */
import {
  type Comparison,
  type CompiledComparison,
  compileComparison,
  numberOf,
  parseComparison,
} from './comparison.ts'
import { type Condition, compileCondition, parseCondition } from './condition.ts'
import { type Scanner, badPattern } from './scanner.ts'

export interface DelimitedField {
  readonly name: string | undefined
  /** Of this field only. */
  readonly condition: Condition<Comparison> | undefined
}

export interface DelimitedPattern {
  /** Fields before the `...`, or all of them without one. */
  readonly before: readonly DelimitedField[]
  /** Fields after the `...`; undefined when there is none. */
  readonly after: readonly DelimitedField[] | undefined
}

// ---- parsing ----

const nameForm = /[\w-]+/y

/** @throws ServiceError */
export function parseDelimitedPattern(scanner: Scanner): DelimitedPattern {
  scanner.expect('[')
  scanner.skipBlanks()
  const before: DelimitedField[] = []
  let after: DelimitedField[] | undefined
  // Nothing at all stands for whatever there is.
  let isFirst = true
  for (let isMore = !scanner.skip(']'); isMore; isMore = takesComma(scanner)) {
    isFirst = false
    scanner.skipBlanks()
    if (scanner.skip('...')) {
      if (after) throw badPattern('there may be only one ...')
      after = []
    } else {
      ;(after ?? before).push(parseField(scanner))
    }
  }
  scanner.skipBlanks()
  if (!scanner.isAtEnd) throw scanner.unexpected('its end')
  return { before, after: isFirst ? [] : after }
}

/** @returns whether another field follows. */
function takesComma(scanner: Scanner): boolean {
  scanner.skipBlanks()
  if (scanner.skip(']')) return false
  if (!scanner.skip(',')) throw scanner.unexpected("',' or ']'")
  return true
}

function parseField(scanner: Scanner): DelimitedField {
  const name = scanner.take(nameForm)?.[0]
  if (name === undefined) return { name, condition: undefined }
  scanner.skipBlanks()
  if (!/^[=!<>]/.test(scanner.text.slice(scanner.at, scanner.at + 1))) {
    return { name, condition: undefined }
  }
  let isNamed = true
  const condition = parseCondition<Comparison>(scanner, () => {
    // The name stands before each of its conditions.
    if (!isNamed) {
      scanner.skipBlanks()
      const again = scanner.take(nameForm)?.[0]
      if (again !== name) throw badPattern(`a condition of ${name} is about ${again ?? 'nothing'}`)
    }
    isNamed = false
    return { kind: 'leaf', leaf: parseComparison(scanner) }
  })
  return { name, condition }
}

// ---- matching ----

interface CompiledField {
  readonly name: string | undefined
  readonly holds: ((value: string) => boolean) | undefined
}

/** The fields of an event by their names, or `$` and their number; undefined when it does not match. */
export type Extract = (message: string) => Record<string, string> | undefined

/** @param onComparison is told of every comparison. @throws ServiceError */
export function compileDelimitedPattern(
  { before, after }: DelimitedPattern,
  onComparison: (compiled: CompiledComparison) => void,
): { matches: (message: string) => boolean; extract: Extract } {
  const compile = (field: DelimitedField) => compileField(field, onComparison)
  const first = before.map(compile)
  const last = after?.map(compile)
  const fieldsOf = (message: string): string[] | undefined => {
    const fields = splitFields(message.trim(), last ? Infinity : first.length)
    if (fields.length < first.length + (last?.length ?? 0)) return undefined
    const rest = fields.slice(fields.length - (last?.length ?? 0))
    const isMatch = allHold(first, fields) && allHold(last ?? [], rest)
    return isMatch ? fields : undefined
  }
  return {
    matches: (message) => fieldsOf(message) !== undefined,
    extract: (message) => {
      const fields = fieldsOf(message)
      return fields && named(fields, first, last ?? [])
    },
  }
}

function compileField(
  { name, condition }: DelimitedField,
  onComparison: (compiled: CompiledComparison) => void,
): CompiledField {
  const holds =
    condition &&
    compileCondition<Comparison, string>(condition, (comparison) => {
      const compiled = compileComparison(comparison)
      onComparison(compiled)
      return comparison.operand.kind === 'number'
        ? (value) => compiled.holds(numberOf(value) ?? value)
        : (value) => compiled.holds(value)
    })
  return { name, holds }
}

function allHold(compiled: readonly CompiledField[], fields: readonly string[]): boolean {
  return compiled.every(({ holds }, index) => !holds || holds(fields[index] as string))
}

function named(
  fields: readonly string[],
  first: readonly CompiledField[],
  last: readonly CompiledField[],
): Record<string, string> {
  const lastFrom = fields.length - last.length
  return Object.fromEntries(
    fields.map((field, index) => {
      const { name } = (index < lastFrom ? first[index] : last[index - lastFrom]) ?? {}
      return [`$${name ?? index + 1}`, field]
    }),
  )
}

const closings: Readonly<Record<string, string>> = { '"': '"', '[': ']' }

/** @param fieldsMax the last of them has all the rest. */
function splitFields(text: string, fieldsMax: number): string[] {
  const fields: string[] = []
  // Where the next one of each closing character is: found once for all fields before it, or a long line of
  // opening characters would be searched to its end for every one of them.
  const next: Record<string, number> = {}
  const blank = /\s/g
  let at = 0
  while (at < text.length && fields.length < fieldsMax) {
    const closing = closings[text.charAt(at)]
    let end = -1
    if (closing !== undefined) {
      if ((next[closing] ?? 0) <= at) next[closing] = indexOrEnd(text, closing, at + 1)
      end = next[closing] as number
      const isField = end < text.length && (end + 1 === text.length || isBlank(text, end + 1))
      if (!isField) end = -1
    }
    const isWrapped = end >= 0
    if (!isWrapped) {
      blank.lastIndex = at
      end = blank.exec(text)?.index ?? text.length
    }
    const past = isWrapped ? end + 1 : end
    const isLast = fields.length === fieldsMax - 1 && past < text.length
    fields.push(text.slice(isWrapped && !isLast ? at + 1 : at, isLast ? text.length : end))
    at = past
    while (at < text.length && isBlank(text, at)) at += 1
  }
  return fields
}

function indexOrEnd(text: string, wanted: string, from: number): number {
  const index = text.indexOf(wanted, from)
  return index < 0 ? text.length : index
}

function isBlank(text: string, at: number): boolean {
  return text.charAt(at).trim() === ''
}
