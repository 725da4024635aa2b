/**
 * Conditions of policies against what is known of a request.
 *
 * A key that the request does not have satisfies the negated operators, those with IfExists, and Null; every other
 * operator needs it. An operator or a value that cannot be read gives no answer, which lets nobody in.
 * Source: "AWS JSON policy elements: Condition operators" and "Multivalued context keys", IAM User Guide.
 */
import { matchesArn, matchesPattern } from './patterns.ts'

/** Names are in lower case: `aws:sourceaccount`. Several values for keys such as `aws:tagkeys`. */
export type ContextKeys = ReadonlyMap<string, string | readonly string[]>

type Scalar = string | number | boolean
/** Operator, then key, then values any of which will do. */
export type Conditions = Readonly<
  Record<string, Readonly<Record<string, Scalar | readonly Scalar[]>>>
>

/** `wanted` is the policy's value, `actual` the request's. undefined: one of them cannot be read. */
type Test = (wanted: string, actual: string) => boolean | undefined

const equals: Test = (wanted, actual) => wanted === actual
const equalsIgnoreCase: Test = (wanted, actual) => wanted.toLowerCase() === actual.toLowerCase()

/** What each operator means; the negated ones are `negations` of these. */
const tests: Readonly<Record<string, Test>> = {
  StringEquals: equals,
  StringEqualsIgnoreCase: equalsIgnoreCase,
  StringLike: matchesPattern,
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
  Bool: equalsIgnoreCase,
  NumericEquals: compare(Number, (wanted, actual) => actual === wanted),
  NumericLessThan: compare(Number, (wanted, actual) => actual < wanted),
  NumericLessThanEquals: compare(Number, (wanted, actual) => actual <= wanted),
  NumericGreaterThan: compare(Number, (wanted, actual) => actual > wanted),
  NumericGreaterThanEquals: compare(Number, (wanted, actual) => actual >= wanted),
  DateEquals: compare(epochMsOf, (wanted, actual) => actual === wanted),
  DateLessThan: compare(epochMsOf, (wanted, actual) => actual < wanted),
  DateLessThanEquals: compare(epochMsOf, (wanted, actual) => actual <= wanted),
  DateGreaterThan: compare(epochMsOf, (wanted, actual) => actual > wanted),
  DateGreaterThanEquals: compare(epochMsOf, (wanted, actual) => actual >= wanted),
}

const negations: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
}

function compare(
  read: (text: string) => number,
  isSo: (wanted: number, actual: number) => boolean,
): Test {
  return (wanted, actual) => {
    const numbers = [read(wanted), read(actual)] as const
    return numbers.some(Number.isNaN) ? undefined : isSo(...numbers)
  }
}

/** ISO 8601, or seconds since 1970. */
function epochMsOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text)
}

/** Whether all are satisfied; undefined when that cannot be told. */
export function isSatisfied(conditions: Conditions, context: ContextKeys): boolean | undefined {
  let unknown = false
  for (const [operator, keys] of Object.entries(conditions)) {
    for (const [key, value] of Object.entries(keys)) {
      const wanted = (Array.isArray(value) ? value : [value as Scalar]).map(String)
      const satisfied = isOneSatisfied(operator, wanted, context.get(key.toLowerCase()), context)
      if (satisfied === false) return false
      unknown ||= satisfied === undefined
    }
  }
  return unknown ? undefined : true
}

const operatorForm = /^(?:(?<set>ForAllValues|ForAnyValue):)?(?<name>\w+?)(?<ifExists>IfExists)?$/

function isOneSatisfied(
  operator: string,
  wanted: readonly string[],
  actual: string | readonly string[] | undefined,
  context: ContextKeys,
): boolean | undefined {
  const form = operatorForm.exec(operator)?.groups
  const name = form?.['name'] ?? ''
  if (name === 'Null') return wanted.includes(String(actual === undefined))
  const negated = Object.hasOwn(negations, name)
  const base = negated ? (negations[name] as string) : name
  const test = Object.hasOwn(tests, base) ? tests[base] : undefined
  if (test === undefined) return undefined
  const set = form?.['set']
  const actuals = actual === undefined ? [] : [actual].flat()
  if (actual === undefined && set === undefined) return negated || form?.['ifExists'] !== undefined
  const values = wanted.map((value) => substituted(value, context))
  /** Positive: some wanted value fits. Negated: none does. */
  const holds = (one: string): boolean | undefined => {
    const results = values.map((value) => (value === undefined ? false : test(value, one)))
    if (results.includes(true)) return !negated
    return results.includes(undefined) ? undefined : negated
  }
  const each = actuals.map(holds)
  if (set === 'ForAllValues') {
    return each.includes(false) ? false : each.includes(undefined) ? undefined : true
  }
  return each.includes(true) ? true : each.includes(undefined) ? undefined : false
}

/**
 * Puts `${aws:username}` and the like in. undefined when the request has no such value: then nothing matches.
 * `${*}`, `${?}` and `${$}` stand for the characters; as wildcards they are looser here than on AWS.
 */
function substituted(value: string, context: ContextKeys): string | undefined {
  let missing = false
  const text = value.replaceAll(/\$\{([^}]*)\}/g, (_whole, name: string) => {
    if (name === '*' || name === '?' || name === '$') return name
    const [key = '', fallback] = name.split(',', 2)
    const found = context.get(key.trim().toLowerCase())
    if (typeof found === 'string') return found
    const quoted = /^\s*'(.*)'\s*$/.exec(fallback ?? '')?.[1]
    missing ||= quoted === undefined
    return quoted ?? ''
  })
  return missing ? undefined : text
}
