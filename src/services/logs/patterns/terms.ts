/**
 * Filter patterns for unstructured text: terms, "quoted phrases", -exclusions, ?options.
 *
 * Facts: "Filter pattern syntax" in the CloudWatch Logs user guide. Terms are parts of the message, and
 * case-sensitive. All of them must be there; of options at least one, and options are ignored beside other
 * terms. A term that is not quoted consists of letters, digits and underscores; `" "` matches everything.
 */
import { unquote } from './comparison.ts'
import { badTerm } from './scanner.ts'

type Kind = 'include' | 'exclude' | 'option'

interface Term {
  readonly kind: Kind
  readonly text: string
}

const kinds: Readonly<Record<string, Kind>> = { '-': 'exclude', '?': 'option' }

export interface CompiledTerms {
  readonly count: number
  readonly matches: (message: string) => boolean
}

/** @throws ServiceError when one of the terms is wrong. */
export function compileTerms(text: string): CompiledTerms {
  const terms = parseTerms(text)
  const textsOf = (kind: Kind) =>
    terms.filter((term) => term.kind === kind).map((term) => term.text)
  const included = textsOf('include')
  const excluded = textsOf('exclude')
  const options = included.length + excluded.length === 0 ? textsOf('option') : []
  return {
    count: terms.length,
    matches: (message) =>
      included.every((term) => message.includes(term)) &&
      !excluded.some((term) => message.includes(term)) &&
      (options.length === 0 || options.some((term) => message.includes(term))),
  }
}

// A mark, then a quoted phrase in which \" is a quote, or what reaches to the next blank.
const termForm = /\s*(?<mark>[-?]?)(?:"(?<phrase>(?:[^"\\]|\\.)*)"(?=\s|$)|(?<word>\S+))/suy

function parseTerms(pattern: string): Term[] {
  const terms: Term[] = []
  termForm.lastIndex = 0
  while (termForm.lastIndex < pattern.length) {
    const groups = termForm.exec(pattern)?.groups
    // Only blanks were left.
    if (!groups) break
    const { mark = '', phrase, word } = groups
    terms.push({ kind: kinds[mark] ?? 'include', text: textOf(phrase, word) })
  }
  return terms
}

function textOf(phrase: string | undefined, word: string | undefined): string {
  if (phrase !== undefined) {
    const text = unquote(phrase)
    if (text === '') throw badTerm('""')
    return text.trim() === '' ? '' : text
  }
  if (word === undefined || !/^[\p{L}\p{N}_]+$/u.test(word)) throw badTerm(word ?? '')
  return word
}
