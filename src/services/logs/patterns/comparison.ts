/**
 * What JSON and delimited filter patterns compare a value with: numbers, text with `*` at its ends, regular expressions.
 *
 * Facts: "Filter pattern syntax" in the CloudWatch Logs user guide. An asterisk is a wildcard before or after text; one
 * in the middle is an asterisk. Text of other characters than letters, digits, `_`, `.`, `+`, `-` and `*` is quoted.
 * Ours, where the guide is silent: a number that is not quoted is compared as a number with values that are numbers, and
 * as text with all others; the quoted one is always compared as text.
 */
import { LinearRegex } from './regex.ts'
import { type Scanner, badPattern, badTerm } from './scanner.ts'

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>='

/** As written: what is in quotes without them. */
export type Operand =
  | { readonly kind: 'word' | 'quoted' | 'regex'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string; readonly value: number }

export interface Comparison {
  readonly operator: Operator
  readonly operand: Operand
}

const operatorForm = /!=|<=|>=|=|<|>/y
const regexForm = /%(?<source>[^%]*)%/y
const quotedForm = /"(?<text>(?:[^"\\]|\\.)*)"/suy
const wordForm = /[\w.*+-]+/y
const numberForm = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** Reads an operator and what it compares with. @throws ServiceError */
export function parseComparison(scanner: Scanner): Comparison {
  scanner.skipBlanks()
  const operator = scanner.take(operatorForm)?.[0] as Operator | undefined
  if (operator === undefined) throw scanner.unexpected('an operator')
  scanner.skipBlanks()
  const operand = parseOperand(scanner)
  if (operator !== '=' && operator !== '!=' && operand.kind !== 'number') {
    throw badPattern(`${operator} compares with a number, and '${operand.text}' is none`)
  }
  return { operator, operand }
}

function parseOperand(scanner: Scanner): Operand {
  const source = scanner.take(regexForm)?.groups?.['source']
  if (source !== undefined) return { kind: 'regex', text: source }
  const quoted = scanner.take(quotedForm)?.groups?.['text']
  if (quoted !== undefined) return { kind: 'quoted', text: unquote(quoted) }
  const word = scanner.take(wordForm)?.[0]
  if (word === undefined) throw badTerm(scanner.text.slice(scanner.at, scanner.at + 1))
  const value = numberOf(word)
  return value === undefined ? { kind: 'word', text: word } : { kind: 'number', text: word, value }
}

/** In quotes, `\"` and `\\` stand for a quote and a backslash. */
export function unquote(text: string): string {
  return text.replace(/\\(["\\])/g, '$1')
}

export function numberOf(text: string): number | undefined {
  return numberForm.test(text) ? Number(text) : undefined
}

export interface CompiledComparison {
  /** How dear a character of the value is; 1 for what is not a regular expression. */
  readonly cost: number
  holds(value: string | number): boolean
}

/** @throws ServiceError when it has a regular expression that is none. */
export function compileComparison({ operator, operand }: Comparison): CompiledComparison {
  const isWanted = operator !== '!='
  if (operand.kind === 'regex') {
    const regex = new LinearRegex(operand.text)
    return { cost: regex.words, holds: (value) => regex.matches(String(value)) === isWanted }
  }
  if (operand.kind !== 'number') {
    const matches = compileText(operand.text)
    return { cost: 1, holds: (value) => matches(String(value)) === isWanted }
  }
  const { text, value: bound } = operand
  if (operator === '=' || operator === '!=') {
    const isSame = (value: string | number) =>
      typeof value === 'number' ? value === bound : value === text
    return { cost: 1, holds: (value) => isSame(value) === isWanted }
  }
  const compare = ordered[operator]
  return { cost: 1, holds: (value) => typeof value === 'number' && compare(value, bound) }
}

const ordered = {
  '<': (value: number, bound: number) => value < bound,
  '<=': (value: number, bound: number) => value <= bound,
  '>': (value: number, bound: number) => value > bound,
  '>=': (value: number, bound: number) => value >= bound,
}

function compileText(text: string): (value: string) => boolean {
  const isOpenBefore = text.startsWith('*')
  const isOpenAfter = text.length > 1 && text.endsWith('*')
  const part = text.slice(isOpenBefore ? 1 : 0, isOpenAfter ? -1 : undefined)
  if (isOpenBefore && isOpenAfter) return (value) => value.includes(part)
  // A single asterisk is open on both sides.
  if (isOpenBefore) return (value) => value.endsWith(part)
  if (isOpenAfter) return (value) => value.startsWith(part)
  return (value) => value === text
}
