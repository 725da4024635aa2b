/**
 * Says why bytes are no JSON, in the words of the Java parser that AWS's answers come from (recorded:
 * "Unexpected character ((CTRL-CHAR, code 153)): expected a valid value ...", "Invalid UTF-8 start byte 0x87").
 *
 * V8's parser does not tell where it gave up, so this looks for the first thing that is wrong itself. Only for
 * bytes that failed to parse: it is slower. Bounded by the payload's size; it does not recurse.
 * Called by payload-checker.ts.
 */
import { Buffer, isUtf8 } from 'node:buffer'

const source = '\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled);'
const anyValue = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"

/** Undefined when nothing is wrong. */
export function jsonTrouble(bytes: Uint8Array): string | undefined {
  const text = new Text(bytes)
  const words = scan(text)
  if (words === undefined) return undefined
  const before = text.latin1.slice(0, text.at)
  const line = before.split('\n').length
  return `${words}${source} line: ${line}, column: ${text.at - before.lastIndexOf('\n')}]`
}

/** The bytes, and how far they have been read: where the trouble is, when there is some. */
class Text {
  at = 0
  readonly bytes: Buffer
  /** One character a byte: structure is ASCII. */
  readonly latin1: string

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.latin1 = this.bytes.toString('latin1')
  }

  get char(): string | undefined {
    return this.latin1[this.at]
  }

  /** Takes what the sticky expression matches here. */
  take(form: RegExp): string | undefined {
    form.lastIndex = this.at
    const found = form.exec(this.latin1)?.[0]
    if (found) this.at += found.length
    return found
  }

  unexpected(expected: string): string {
    if (this.char === undefined) return 'Unexpected end-of-input'
    return `Unexpected character (${this.describe()}): ${expected}`
  }

  /** The character here; a byte that begins none is taken for one. */
  describe(): string {
    const length = this.sequenceLength()
    const decoded = length > 1 ? this.bytes.toString('utf8', this.at, this.at + length) : this.char
    const code = decoded?.codePointAt(0) ?? 0
    if (code < 32 || (code >= 127 && code < 160)) return `(CTRL-CHAR, code ${code})`
    return `'${decoded}' (code ${code})`
  }

  /** In bytes, of the character here; 0 when it is malformed. */
  sequenceLength(): number {
    const first = this.bytes[this.at] ?? 0
    const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
    const end = this.at + length
    return end <= this.bytes.length && isUtf8(this.bytes.subarray(this.at, end)) ? length : 0
  }
}

const space = /[ \t\n\r]*/y
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const literal = /(?:true|false|null)(?![\w$])/y
/** Of a hostile word, the beginning is enough. */
const word = /[A-Za-z_$][\w$]{0,255}/y

type Expecting = 'value' | 'value or end' | 'name' | 'name or end' | 'colon' | 'comma or end'

function scan(text: Text): string | undefined {
  const open: ('{' | '[')[] = []
  let expecting: Expecting = 'value'
  for (;;) {
    text.take(space)
    const { char } = text
    if (expecting === 'comma or end' && open.length === 0) {
      if (char === undefined) return undefined
      return text.unexpected('Expected space separating root-level values')
    }
    const inside = open.at(-1)
    if (char === (inside === '{' ? '}' : ']') && inside && expecting.endsWith('or end')) {
      text.at += 1
      open.pop()
      expecting = 'comma or end'
    } else if (expecting === 'comma or end') {
      const kind = inside === '{' ? 'Object' : 'Array'
      if (char !== ',') return text.unexpected(`was expecting comma to separate ${kind} entries`)
      text.at += 1
      expecting = inside === '{' ? 'name' : 'value'
    } else if (expecting === 'colon') {
      if (char !== ':') {
        return text.unexpected('was expecting a colon to separate field name and value')
      }
      text.at += 1
      expecting = 'value'
    } else if (expecting === 'name' || expecting === 'name or end') {
      if (char !== '"') return text.unexpected('was expecting double-quote to start field name')
      const trouble = skipString(text)
      if (trouble !== undefined) return trouble
      expecting = 'colon'
    } else if (char === '{' || char === '[') {
      text.at += 1
      open.push(char)
      expecting = char === '{' ? 'name or end' : 'value or end'
    } else {
      const trouble = char === '"' ? skipString(text) : skipScalar(text)
      if (trouble !== undefined) return trouble
      expecting = 'comma or end'
    }
  }
}

function skipScalar(text: Text): string | undefined {
  if (text.take(number) ?? text.take(literal)) return undefined
  const token = text.take(word)
  if (token === undefined) return text.unexpected(`expected a valid value ${anyValue}`)
  // Observed: "test data" is in trouble at column 6, behind the character that ended the token.
  if (text.char !== undefined) text.at += 1
  return `Unrecognized token '${token}': was expecting ${anyValue}`
}

const plain = /[\x20\x21\x23-\x5b\x5d-\x7f]+/y
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y

/** From one quotation mark behind the other. */
function skipString(text: Text): string | undefined {
  text.at += 1
  for (;;) {
    text.take(plain)
    const { char } = text
    if (char === undefined) return text.unexpected('')
    if (char === '"') {
      text.at += 1
      return undefined
    }
    if (char === '\\') {
      if (text.take(escape) === undefined) {
        text.at += 1
        return text.char === undefined
          ? text.unexpected('')
          : `Unrecognized character escape ${text.describe()}`
      }
    } else if (char < ' ') {
      return `Illegal unquoted character (${text.describe()}): has to be escaped using backslash to be included in string value`
    } else {
      const length = text.sequenceLength()
      if (length === 0) return `Invalid UTF-8 start byte 0x${char.charCodeAt(0).toString(16)}`
      text.at += length
    }
  }
}
