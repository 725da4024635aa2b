/**
 * Percent-decoding of UTF-8, several times faster than `decodeURIComponent` on what paths and queries
 * hold: a few escaped ASCII characters (the colons of an ARN). Anything else is left to it.
 */

/** Throws `URIError` for what is not valid percent-encoded UTF-8. */
export function percentDecode(text: string): string {
  let percent = text.indexOf('%')
  if (percent === -1) return text
  let out = ''
  let start = 0
  while (percent !== -1) {
    const high = hexDigit(text.charCodeAt(percent + 1))
    const low = hexDigit(text.charCodeAt(percent + 2))
    // Beyond ASCII a character takes several escapes; a malformed one is for the built-in to report.
    if (high < 0 || high > 7 || low < 0) return decodeURIComponent(text)
    out += text.slice(start, percent) + ascii[high * 16 + low]
    start = percent + 3
    percent = text.indexOf('%', start)
  }
  return out + text.slice(start)
}

const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))

/** The value of a hexadecimal digit's character code; -1 for others (NaN, beyond the end, too). */
function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const lower = code | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}
