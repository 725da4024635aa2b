/** Reads a filter pattern from its beginning, piece by piece; what does not fit is the caller's mistake. */
import type { ServiceError } from '../../../kernel/errors.ts'
import { invalid } from '../rules.ts'

/** AWS says no more than the first three words (observed); what is wrong is in our words, unless a comment says so. */
export function badPattern(detail: string): ServiceError {
  return invalid(`Invalid filter pattern: ${detail}`)
}

/** Observed. */
export function badTerm(term: string): ServiceError {
  return badPattern(`Invalid character(s) in term '${term}'`)
}

export class Scanner {
  readonly text: string
  #at = 0

  constructor(text: string) {
    this.text = text
  }

  get at(): number {
    return this.#at
  }

  get isAtEnd(): boolean {
    return this.#at >= this.text.length
  }

  /** @param form sticky. @returns what it matches here, passed by then; undefined when it does not. */
  take(form: RegExp): RegExpExecArray | undefined {
    form.lastIndex = this.#at
    const match = form.exec(this.text)
    if (!match) return undefined
    this.#at += match[0].length
    return match
  }

  /** Whether these characters come next; if so they are passed. */
  skip(expected: string): boolean {
    if (!this.text.startsWith(expected, this.#at)) return false
    this.#at += expected.length
    return true
  }

  skipBlanks(): void {
    this.take(blanks)
  }

  /** @throws ServiceError when something else comes next. */
  expect(expected: string): void {
    this.skipBlanks()
    if (!this.skip(expected)) throw this.unexpected(`'${expected}'`)
  }

  unexpected(wanted: string): ServiceError {
    const found = this.isAtEnd ? 'its end' : `'${this.text.slice(this.#at, this.#at + 16)}'`
    return badPattern(`${wanted} was expected instead of ${found}`)
  }
}

const blanks = /\s*/y
