/**
 * Filter patterns: what FilterLogEvents, StartLiveTail and metric filters select events by.
 *
 * A pattern is one of four things, told by its first character: `{ }` for JSON events, `[ ]` for fields between blanks,
 * `% %` a regular expression, and terms for everything else. The source of each is named in its file.
 * Invariant: compiling throws nothing but a ServiceError, and matching throws nothing and takes time in proportion to
 * the event: patterns come from clients, events from functions.
 * Read next: terms.ts, json-pattern.ts, delimited-pattern.ts, regex.ts.
 */
import { patternCharsMax, patternRegexesMax } from '../limits.ts'
import type { CompiledComparison } from './comparison.ts'
import { leavesOf } from './condition.ts'
import {
  type Extract,
  compileDelimitedPattern,
  parseDelimitedPattern,
} from './delimited-pattern.ts'
import { compileJsonPattern, parseJsonPattern } from './json-pattern.ts'
import { LinearRegex } from './regex.ts'
import { Scanner, badPattern } from './scanner.ts'
import { compileTerms } from './terms.ts'

export interface FilterPattern {
  readonly kind: 'terms' | 'regex' | 'json' | 'delimited'
  /** How many regular expressions it has. */
  readonly regexes: number
  /** How dear it is to hold it against a character of an event, from 1 on. */
  readonly cost: number
  readonly matches: (message: string) => boolean
  /** The fields of an event that matches, for delimited patterns; nothing for others (user guide). */
  readonly extract: Extract
}

/** @throws ServiceError when the pattern is wrong. */
export function compileFilterPattern(pattern = ''): FilterPattern {
  if (pattern.length > patternCharsMax) {
    throw badPattern(`it is longer than ${patternCharsMax} characters`)
  }
  const text = pattern.trim()
  switch (text.charAt(0)) {
    case '{':
      return compileJson(text)
    case '[':
      return compileDelimited(text)
    case '%':
      return compileRegex(text)
    default: {
      const { count, matches } = compileTerms(text)
      const cost = Math.max(count, 1)
      return { kind: 'terms', regexes: 0, cost, matches, extract: extractNothing(matches) }
    }
  }
}

function compileRegex(text: string): FilterPattern {
  const source = /^%(?<source>[^%]*)%$/.exec(text)?.groups?.['source']
  if (source === undefined) {
    throw badPattern('a regular expression stands alone between two %, without other terms')
  }
  const regex = new LinearRegex(source)
  const matches = (message: string) => regex.matches(message)
  return { kind: 'regex', regexes: 1, cost: regex.words, matches, extract: extractNothing(matches) }
}

function compileJson(text: string): FilterPattern {
  const condition = parseJsonPattern(new Scanner(text))
  const regexes = leavesOf(condition).filter(
    ({ test }) => test.kind === 'comparison' && test.operand.kind === 'regex',
  ).length
  checkRegexes(regexes)
  const cost = new Cost()
  const matches = compileJsonPattern(condition, (compiled) => cost.add(compiled))
  return { kind: 'json', regexes, cost: cost.sum, matches, extract: extractNothing(matches) }
}

function compileDelimited(text: string): FilterPattern {
  const parsed = parseDelimitedPattern(new Scanner(text))
  const regexes = [...parsed.before, ...(parsed.after ?? [])]
    .flatMap(({ condition }) => (condition ? leavesOf(condition) : []))
    .filter(({ operand }) => operand.kind === 'regex').length
  checkRegexes(regexes)
  const cost = new Cost()
  const compiled = compileDelimitedPattern(parsed, (comparison) => cost.add(comparison))
  return { kind: 'delimited', regexes, cost: cost.sum, ...compiled }
}

/** What all comparisons of a pattern cost together: at worst each looks at the whole event. */
class Cost {
  sum = 1
  add({ cost }: CompiledComparison): void {
    this.sum += cost
  }
}

function checkRegexes(count: number): void {
  if (count > patternRegexesMax) {
    throw badPattern(`it has ${count} regular expressions of at most ${patternRegexesMax}`)
  }
}

function extractNothing(matches: (message: string) => boolean): Extract {
  return (message) => (matches(message) ? {} : undefined)
}
