/**
 * Says why bytes are no JSON, in the words of the Java parser that AWS's answers come from (recorded:
 * "Unexpected character ((CTRL-CHAR, code 153)): expected a valid value ...", "Invalid UTF-8 start byte 0x87").
 * Only for bytes that failed to parse; it looks for the first thing that is wrong.
 */
import { Buffer, isUtf8 } from 'node:buffer'

const source = 'at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled);'
const anyValue = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"

export function jsonTrouble(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const at = firstTrouble(text)
  const code = text.charCodeAt(at)
  if (at >= text.length) return `Unexpected end-of-input ${place(text, at)}`
  const isText = isUtf8(bytes)
  if (!isText && code >= 128 && at > 0) {
    return `Invalid UTF-8 start byte 0x${code.toString(16)} ${place(text, at)}`
  }
  const word = /^[A-Za-z_$][\w$]*/.exec(text.slice(at, at + 256))?.[0]
  if (word !== undefined) {
    return `Unrecognized token '${word}': was expecting ${anyValue} ${place(text, at + word.length)}`
  }
  return `Unexpected character (${name(code)}): expected a valid value ${anyValue} ${place(text, at)}`
}

/** Where V8's parser gives up, in characters of the Latin-1 view; the end when it wanted more. */
function firstTrouble(text: string): number {
  const bad = /[^\x00-\x7f]/.exec(text)?.index
  try {
    JSON.parse(text)
  } catch (error) {
    const position = /position (\d+)/.exec((error as Error).message)?.[1]
    if (position !== undefined) return Number(position)
    if (/end of JSON input/.test((error as Error).message)) return text.length
    return text.search(/\S/)
  }
  return bad ?? text.length
}

function place(text: string, at: number): string {
  const before = text.slice(0, at)
  const line = before.split('\n').length
  return `${source} line: ${line}, column: ${at - before.lastIndexOf('\n')}]`
}

function name(code: number): string {
  if (code < 32 || (code >= 127 && code < 160)) return `(CTRL-CHAR, code ${code})`
  return `'${String.fromCharCode(code)}' (code ${code})`
}
