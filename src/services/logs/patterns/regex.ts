/**
 * The regular expressions of filter patterns, `%...%`: parsed, and run in time linear in the text.
 *
 * Facts: "Supported regular expressions (regex) syntax" in the CloudWatch Logs user guide. Letters, digits, blanks and
 * `: _ # = @ / ; , -` stand for themselves; operators are ^ $ ? [ ] { } | \ * + . and the classes \d \s \w (and their
 * inverses) and \xhh. There are no parentheses: an expression is alternatives, each a sequence of repeated characters.
 * That is what makes it cheap: all positions that may have been reached are bits of a few words, moved on with each
 * character (Shift-And with optional and repeatable positions: Navarro and Raffinot, "Flexible Pattern Matching in
 * Strings", 4.2). Nothing backtracks, so that no text and no expression can hold the server up.
 * Ours, where the guide is silent: `$` also matches before a last line end, and `.` matches any character.
 * Called by filter-pattern.ts and comparison.ts.
 */
import { regexPositionsMax } from '../limits.ts'
import { Scanner, badPattern, badTerm } from './scanner.ts'

/** ASCII, and one class for all other characters. */
const classes = 129
const other = 128

/** Which characters stand at a place: 1 for each class that does. */
type CharacterSet = Uint8Array

interface Piece {
  readonly set: CharacterSet
  readonly min: number
  readonly max: number
}

interface Branch {
  readonly atStart: boolean
  readonly atEnd: boolean
  readonly pieces: readonly Piece[]
}

// ---- parsing ----

const literal = /[A-Za-z0-9:_#=@/;,\- ]/y
const escaped =
  /\\(?:(?<kind>[dDsSwW])|x(?<hex>[0-9A-Fa-f]{2})|(?<mark>[\^$?[\]{}|\\*+.:_#=@/;,-]))/y
const repetition = /\*|\+|\?|\{(?<least>\d{0,4})(?<range>, ?(?<most>\d{0,4}))?\}/y
const inClass = /[A-Za-z0-9:_#=@/;,\- ^$?{}|*+.]/y

function parse(source: string): Branch[] {
  const scanner = new Scanner(source)
  const branches: Branch[] = []
  do branches.push(parseBranch(scanner))
  while (scanner.skip('|'))
  if (!scanner.isAtEnd) throw badTerm(source)
  return branches
}

function parseBranch(scanner: Scanner): Branch {
  const atStart = scanner.skip('^')
  const pieces: Piece[] = []
  for (let set = parseSet(scanner); set; set = parseSet(scanner)) {
    pieces.push({ set, ...parseRepetition(scanner) })
  }
  const atEnd = scanner.skip('$')
  if (pieces.length === 0 && !atStart && !atEnd) {
    throw badPattern(`an alternative of the regular expression %${scanner.text}% is empty`)
  }
  return { atStart, atEnd, pieces }
}

function parseSet(scanner: Scanner): CharacterSet | undefined {
  if (scanner.skip('.')) return new Uint8Array(classes).fill(1)
  if (scanner.skip('[')) return parseClass(scanner)
  const character = scanner.take(literal)?.[0]
  if (character !== undefined) return setOf(character)
  return parseEscape(scanner)
}

function parseEscape(scanner: Scanner): CharacterSet | undefined {
  const { kind, hex, mark } = scanner.take(escaped)?.groups ?? {}
  if (kind !== undefined) return kinds[kind]
  if (hex !== undefined) {
    const code = Number.parseInt(hex, 16)
    // "The ASCII mapping": there is none beyond.
    if (code >= other) throw badTerm(`\\x${hex}`)
    return setOf(String.fromCharCode(code))
  }
  return mark === undefined ? undefined : setOf(mark)
}

function parseClass(scanner: Scanner): CharacterSet {
  const isNegated = scanner.skip('^')
  const set = new Uint8Array(classes)
  let isEmpty = true
  while (!scanner.skip(']')) {
    const from = parseMember(scanner)
    isEmpty = false
    // A hyphen that is the last character stands for itself.
    const isRange =
      from.length === 1 && /^-[^\]]/.test(scanner.text.slice(scanner.at, scanner.at + 2))
    if (!isRange) {
      for (const code of from) set[code] = 1
      continue
    }
    scanner.skip('-')
    const to = parseMember(scanner)
    const [first = 0] = from
    const [last = -1] = to
    if (to.length !== 1 || last < first) throw badTerm(scanner.text)
    set.fill(1, first, last + 1)
  }
  if (isEmpty) throw badTerm(scanner.text)
  return isNegated ? inverse(set) : set
}

/** The classes that one member of a character class stands for. */
function parseMember(scanner: Scanner): number[] {
  const character = scanner.take(inClass)?.[0]
  const set = character === undefined ? parseEscape(scanner) : setOf(character)
  if (!set) throw badTerm(scanner.text)
  return [...set.keys()].filter((code) => set[code] === 1)
}

function parseRepetition(scanner: Scanner): { min: number; max: number } {
  const match = scanner.take(repetition)
  if (!match) return { min: 1, max: 1 }
  const [mark] = match
  if (mark === '*') return { min: 0, max: Infinity }
  if (mark === '+') return { min: 1, max: Infinity }
  if (mark === '?') return { min: 0, max: 1 }
  const { least = '', range, most = '' } = match.groups ?? {}
  if (least === '' && most === '') throw badTerm(mark)
  const min = Number(least)
  // {m} is exactly m times; {m,} has no upper bound, {,n} no lower.
  const max = range === undefined ? min : most === '' ? Infinity : Number(most)
  if (max < min) throw badTerm(mark)
  return { min, max }
}

function setOf(characters: string): CharacterSet {
  const set = new Uint8Array(classes)
  for (const character of characters) set[character.charCodeAt(0)] = 1
  return set
}

function inverse(set: CharacterSet): CharacterSet {
  return set.map((is) => 1 - is)
}

const digits = setOf('0123456789')
const blanks = setOf(' \t\n\r\f\v')
const wordCharacters = setOf('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789')
const kinds: Readonly<Record<string, CharacterSet>> = {
  d: digits,
  D: inverse(digits),
  s: blanks,
  S: inverse(blanks),
  w: wordCharacters,
  W: inverse(wordCharacters),
}

// ---- running ----

/** A place in the expression: reached when a character of its set was read there, or when it may be left out. */
interface Place {
  readonly set: CharacterSet | undefined
  readonly isOptional: boolean
  readonly isRepeatable: boolean
}

export class LinearRegex {
  /** How dear a character of text is, in words of positions. */
  readonly words: number
  /** Bits of the places where alternatives begin: all of them, and those that may begin anywhere. */
  readonly #begin: Int32Array
  readonly #anywhere: Int32Array
  readonly #optional: Int32Array
  readonly #repeatable: Int32Array
  /** Bits of the last places: of alternatives that may end anywhere, and of those with a `$`. */
  readonly #final: Int32Array
  readonly #finalAtEnd: Int32Array
  /** For each class of characters, the places that take them. */
  readonly #takes: Int32Array
  /** Positions reached; of use only within a call. */
  readonly #state: Int32Array

  /** @throws ServiceError when it is none that filter patterns may have. */
  constructor(source: string) {
    const branches = parse(source)
    // Counted before they are made: {1000} is short to write.
    const count = branches.reduce((sum, branch) => sum + countPlaces(branch), 0)
    if (count > regexPositionsMax) throw tooLong(source)
    const places = branches.map(placesOf)
    this.words = Math.ceil(count / 32)
    const bits = () => new Int32Array(this.words)
    this.#begin = bits()
    this.#anywhere = bits()
    this.#optional = bits()
    this.#repeatable = bits()
    this.#final = bits()
    this.#finalAtEnd = bits()
    this.#state = bits()
    this.#takes = new Int32Array(this.words * classes)
    let at = 0
    for (const [index, { atStart, atEnd }] of branches.entries()) {
      setBit(this.#begin, at)
      if (!atStart) setBit(this.#anywhere, at)
      for (const place of places[index] ?? []) {
        this.#addPlace(at, place)
        at += 1
      }
      setBit(atEnd ? this.#finalAtEnd : this.#final, at - 1)
    }
  }

  #addPlace(at: number, { set, isOptional, isRepeatable }: Place): void {
    if (isOptional) setBit(this.#optional, at)
    if (isRepeatable) setBit(this.#repeatable, at)
    for (const [code, is] of set?.entries() ?? []) {
      if (is === 1) setBit(this.#takes, code * this.words * 32 + at)
    }
  }

  /** Whether it matches any part of the text. */
  matches(text: string): boolean {
    const lineEnd = text.endsWith('\n') ? text.length - 1 : text.length
    if (this.words === 1) return this.#matchesInOneWord(text, lineEnd)
    this.#state.set(this.#begin)
    this.#leaveOut()
    for (let index = 0; index < text.length; index += 1) {
      if (this.#has(this.#final)) return true
      if (index === lineEnd && this.#has(this.#finalAtEnd)) return true
      const code = text.charCodeAt(index)
      // Two units, one character.
      if (code >= 0xd800 && code < 0xdc00) index += 1
      this.#read(code < other ? code : other)
      this.#leaveOut()
    }
    return this.#has(this.#final) || this.#has(this.#finalAtEnd)
  }

  /** The same for an expression of up to 32 places, as most are: three times as fast. */
  #matchesInOneWord(text: string, lineEnd: number): boolean {
    const takes = this.#takes
    const [anywhere = 0] = this.#anywhere
    const [optional = 0] = this.#optional
    const [repeatable = 0] = this.#repeatable
    const [final = 0] = this.#final
    const [finalAtEnd = 0] = this.#finalAtEnd
    let [state = 0] = this.#begin
    let entered = (state << 1) & optional
    state |= (((entered + optional) ^ optional) | entered) & optional
    for (let index = 0; index < text.length; index += 1) {
      if ((state & final) !== 0) return true
      if (index === lineEnd && (state & finalAtEnd) !== 0) return true
      const code = text.charCodeAt(index)
      if (code >= 0xd800 && code < 0xdc00) index += 1
      const taken = takes[code < other ? code : other] as number
      state = (((state << 1) | (state & repeatable)) & taken) | anywhere
      entered = (state << 1) & optional
      state |= (((entered + optional) ^ optional) | entered) & optional
    }
    return (state & (final | finalAtEnd)) !== 0
  }

  #has(wanted: Int32Array): boolean {
    for (let word = 0; word < this.words; word += 1) {
      if (((this.#state[word] as number) & (wanted[word] as number)) !== 0) return true
    }
    return false
  }

  /** From every place on to the next one that takes the character, or to itself where it may repeat. */
  #read(code: number): void {
    const state = this.#state
    const row = code * this.words
    let carry = 0
    for (let word = 0; word < this.words; word += 1) {
      const reached = state[word] as number
      const next = (reached << 1) | carry | (reached & (this.#repeatable[word] as number))
      carry = reached >>> 31
      state[word] = (next & (this.#takes[row + word] as number)) | (this.#anywhere[word] as number)
    }
  }

  /** On over places that may be left out: a run of them is passed by the carry of an addition. */
  #leaveOut(): void {
    const state = this.#state
    let carryIn = 0
    let carrySum = 0
    for (let word = 0; word < this.words; word += 1) {
      const reached = state[word] as number
      const optional = this.#optional[word] as number
      const entered = ((reached << 1) | carryIn) & optional
      carryIn = reached >>> 31
      const sum = (entered >>> 0) + (optional >>> 0) + carrySum
      carrySum = sum > 0xffffffff ? 1 : 0
      state[word] = reached | (((sum ^ optional) | entered) & optional)
    }
  }
}

/** The first stands for the beginning of the alternative, and takes nothing. */
function placesOf({ pieces }: Branch): Place[] {
  const places: Place[] = [{ set: undefined, isOptional: false, isRepeatable: false }]
  for (const { set, min, max } of pieces) {
    const count = copiesOf({ min, max })
    for (let index = 0; index < count; index += 1) {
      const isRepeatable = max === Infinity && index === count - 1
      places.push({ set, isOptional: index >= min, isRepeatable })
    }
  }
  return places
}

function countPlaces({ pieces }: Branch): number {
  return pieces.reduce((sum, piece) => sum + copiesOf(piece), 1)
}

function copiesOf({ min, max }: Pick<Piece, 'min' | 'max'>): number {
  return max === Infinity ? Math.max(min, 1) : max
}

function tooLong(source: string): Error {
  return badPattern(
    `the regular expression %${source}% is longer than ${regexPositionsMax} characters, repetitions written out`,
  )
}

function setBit(bits: Int32Array, at: number): void {
  bits[at >>> 5] = (bits[at >>> 5] as number) | (1 << (at & 31))
}
