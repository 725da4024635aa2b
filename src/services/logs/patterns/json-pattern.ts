/**
 * Filter patterns for events that are JSON objects: `{ $.user.id = 1 && ($.errors[0] = "No*" || $.x IS NULL) }`.
 *
 * Facts: "Using filter patterns to match terms in JSON log events" in the CloudWatch Logs user guide. A selector leads
 * to a string or a number; to anything else, or to nothing, no comparison holds, `!=` neither. `IS` knows NULL, TRUE and
 * FALSE, `NOT` only EXISTS; `IS NOT` and `EXISTS` alone are not supported. One wildcard a selector, three a pattern: any
 * element or field will do.
 * The event is what a function printed, so hostile: V8 parses JSON without recursion, its length is that of one event,
 * and a selector walks no further than it is long.
 */
import {
  type Comparison,
  type CompiledComparison,
  compileComparison,
  parseComparison,
} from './comparison.ts'
import { type Condition, compileCondition, leavesOf, parseCondition } from './condition.ts'
import { type Scanner, badPattern } from './scanner.ts'

export type Step =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'any field' | 'any element' }

export type JsonTest =
  | ({ readonly kind: 'comparison' } & Comparison)
  | { readonly kind: 'is'; readonly value: null | true | false }
  | { readonly kind: 'not exists' }

export interface JsonLeaf {
  readonly path: readonly Step[]
  readonly test: JsonTest
}

/** User guide. */
const wildcardsMax = { selector: 1, pattern: 3 }

// ---- parsing ----

/** @throws ServiceError */
export function parseJsonPattern(scanner: Scanner): Condition<JsonLeaf> {
  scanner.expect('{')
  const condition = parseCondition(scanner, () => parseOne(scanner))
  scanner.expect('}')
  scanner.skipBlanks()
  if (!scanner.isAtEnd) throw scanner.unexpected('its end')
  const wildcards = leavesOf(condition).map(({ path }) => path.filter(isWildcard).length)
  const total = wildcards.reduce((sum, count) => sum + count, 0)
  if (total > wildcardsMax.pattern || Math.max(...wildcards) > wildcardsMax.selector) {
    throw badPattern('a property selector may have one wildcard, and all of a pattern three')
  }
  return condition
}

function isWildcard({ kind }: Step): boolean {
  return kind === 'any field' || kind === 'any element'
}

function parseOne(scanner: Scanner): Condition<JsonLeaf> {
  scanner.skipBlanks()
  if (!scanner.skip('(')) return { kind: 'leaf', leaf: parseLeaf(scanner) }
  const condition = parseCondition(scanner, () => parseOne(scanner))
  scanner.expect(')')
  return condition
}

const isForm = /\s+IS\s+(?<value>NULL|TRUE|FALSE)(?!\w)/y
const notExistsForm = /\s+NOT\s+EXISTS(?!\w)/y
const values: Readonly<Record<string, null | true | false>> = {
  NULL: null,
  TRUE: true,
  FALSE: false,
}

function parseLeaf(scanner: Scanner): JsonLeaf {
  const path = parseSelector(scanner)
  const value = scanner.take(isForm)?.groups?.['value']
  if (value !== undefined) return { path, test: { kind: 'is', value: values[value] ?? null } }
  if (scanner.take(notExistsForm)) return { path, test: { kind: 'not exists' } }
  return { path, test: { kind: 'comparison', ...parseComparison(scanner) } }
}

const nameForm = /\.(?<name>[\w-]+)/y
const bracketForm = /\.?\[(?:(?<index>\d{1,9})|'(?<name>[^'\]]+)')\]/y

function parseSelector(scanner: Scanner): Step[] {
  scanner.expect('$')
  const path: Step[] = []
  for (let step = parseStep(scanner); step; step = parseStep(scanner)) path.push(step)
  if (path.length === 0) throw scanner.unexpected("'.' and the name of a property")
  return path
}

function parseStep(scanner: Scanner): Step | undefined {
  if (scanner.skip('.*')) return { kind: 'any field' }
  if (scanner.skip('[*]')) return { kind: 'any element' }
  const { name, index } = (scanner.take(nameForm) ?? scanner.take(bracketForm))?.groups ?? {}
  if (index !== undefined) return { kind: 'index', index: Number(index) }
  return name === undefined ? undefined : { kind: 'name', name }
}

// ---- matching ----

/** @param onComparison is told of every comparison. @throws ServiceError */
export function compileJsonPattern(
  condition: Condition<JsonLeaf>,
  onComparison: (compiled: CompiledComparison) => void,
): (message: string) => boolean {
  const holds = compileCondition<JsonLeaf, unknown>(condition, ({ path, test }) => {
    const check = compileTest(test, onComparison)
    return test.kind === 'not exists'
      ? (root) => !someNode(root, path, 0, () => true)
      : (root) => someNode(root, path, 0, check)
  })
  return (message) => {
    const root = parseObject(message)
    return root !== undefined && holds(root)
  }
}

function compileTest(
  test: JsonTest,
  onComparison: (compiled: CompiledComparison) => void,
): (node: unknown) => boolean {
  if (test.kind === 'is') return (node) => node === test.value
  if (test.kind === 'not exists') return () => true
  const compiled = compileComparison(test)
  onComparison(compiled)
  return (node) => (typeof node === 'string' || typeof node === 'number') && compiled.holds(node)
}

/** Most events are no JSON: those are not parsed. */
function parseObject(message: string): unknown {
  if (!/^\s*\{/.test(message)) return undefined
  try {
    return JSON.parse(message)
  } catch {
    return undefined
  }
}

/** Whether there is a node at the end of the path, from its step `at` on, that passes. */
function someNode(
  node: unknown,
  path: readonly Step[],
  at: number,
  passes: (node: unknown) => boolean,
): boolean {
  const step = path[at]
  if (!step) return passes(node)
  if (typeof node !== 'object' || node === null) return false
  const next = (child: unknown) => someNode(child, path, at + 1, passes)
  if (Array.isArray(node)) {
    if (step.kind === 'any element') return node.some(next)
    return step.kind === 'index' && step.index < node.length && next(node[step.index])
  }
  if (step.kind === 'any field') return Object.values(node).some(next)
  return (
    step.kind === 'name' &&
    Object.hasOwn(node, step.name) &&
    next((node as Readonly<Record<string, unknown>>)[step.name])
  )
}
