/**
 * Reads the header lines of HTTP/1.1 messages that come over one connection, and remembers them: who speaks HTTP sends
 * most of its lines again each time, in the same order, and a line that is known costs a comparison.
 *
 * What it is not: it does not know what a header means, or which may stand twice. Invariant: what is remembered makes
 * no line mean anything else, and is bounded, however hostile the other end.
 * Called by: gateway/plain/, dataplane/http/reader.ts. Facts: RFC 9110, 5.1 and 5.5; RFC 9112, 5.
 */
import { Buffer } from 'node:buffer'
import {
  headerLineCharsMax,
  headerLinesKeptMax,
  headerLinesLearntMax,
  headerLinesMax,
} from './limits.ts'

export interface HeaderLine {
  /** In lower case. */
  readonly name: string
  /** As sent, without the blanks around it; a character a byte. */
  readonly value: string
}

interface KnownLine extends HeaderLine {
  /** Name and colon, as sent. */
  readonly start: string
  /** The line with its end; undefined once it has come with another value. */
  readonly whole: string | undefined
}

/** A method, or the name of a header. */
export const tokenForm = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** The bytes a header's value may have, line ends not among them. */
export const fieldValueForm = /^[\t\x20-\x7e\x80-\xff]*$/

export class HeaderLines {
  /** By their place in the head. */
  readonly #known: KnownLine[] = []
  #learnt = 0

  /**
   * @param text a head, a character a byte, each of its lines with `\r\n`, without the empty one
   * @param from where its first header line begins
   * @returns undefined when a line is none (no token before the colon, a byte that no value may have, a folded line),
   *   or when there are more than `headerLinesMax`
   */
  read(text: string, from: number): HeaderLine[] | undefined {
    const lines: HeaderLine[] = []
    for (let at = from; at < text.length;) {
      if (lines.length === headerLinesMax) return undefined
      const known = this.#known[lines.length]
      const whole = known?.whole
      if (whole !== undefined && text.slice(at, at + whole.length) === whole) {
        lines.push(known as KnownLine)
        at += whole.length
        continue
      }
      const end = text.indexOf('\r\n', at)
      const line = this.#readLine(text, at, end, lines.length)
      if (line === undefined) return undefined
      lines.push(line)
      at = end + 2
    }
    return lines
  }

  #readLine(text: string, at: number, end: number, place: number): HeaderLine | undefined {
    const known = this.#known[place]
    const length = known?.start.length ?? 0
    const isKnown = known !== undefined && text.slice(at, at + length) === known.start
    const colon = isKnown ? at + length - 1 : text.indexOf(':', at)
    if (colon < 0 || colon > end) return undefined
    const sent = text.slice(at, colon)
    if (!isKnown && !tokenForm.test(sent)) return undefined
    const name = isKnown ? known.name : sent.toLowerCase()
    const value = trimmed(text, colon + 1, end)
    if (!fieldValueForm.test(value)) return undefined
    if (!isKnown) this.#learn(text, at, colon, end, place)
    else if (known.whole !== undefined) this.#known[place] = { ...known, whole: undefined }
    return { name, value }
  }

  /** Copies, since a slice would keep all of the text it is from. */
  #learn(text: string, at: number, colon: number, end: number, place: number): void {
    if (place >= headerLinesKeptMax || end - at > headerLineCharsMax) return
    // Clients by turns on one connection are read as if nothing was known, not learnt for ever.
    if (this.#learnt === headerLinesLearntMax) return
    this.#learnt += 1
    const whole = Buffer.from(text.slice(at, end + 2), 'latin1').toString('latin1')
    const start = whole.slice(0, colon - at + 1)
    const name = start.slice(0, -1).toLowerCase()
    const value = trimmed(whole, start.length, end - at)
    this.#known[place] = { start, whole, name, value }
  }
}

/** Without the blanks around it, which are space and tab alone: `trim` would also take a byte of UTF-8 away. */
function trimmed(text: string, from: number, to: number): string {
  while (from < to && isBlank(text.charCodeAt(from))) from += 1
  while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1
  return text.slice(from, to)
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9
}
