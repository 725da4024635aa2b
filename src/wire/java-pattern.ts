/**
 * The patterns of service models are Java regular expressions that a whole value must match; this makes
 * JavaScript ones of them.
 *
 * Hostile values meet these patterns, so backtracking must not run away: V8 is told to go on with its
 * linear-time engine once a match has backtracked too often; a test proves that it does. That engine
 * knows neither lookarounds, nor back references, nor Unicode properties (`\p{L}`): patterns with these
 * are compiled only where they repeat no group without end, which is what running away takes. Lengths are checked
 * first besides (`constraints.ts`).
 */
import { setFlagsFromString } from 'node:v8'

setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')

/**
 * Undefined for a pattern that JavaScript cannot express, or that could run away; the constraint is then
 * not checked (a test sees that no served service has one).
 */
export function compileJavaPattern(pattern: string): RegExp | undefined {
  let source = pattern
  let flags = ''
  // Java's flag for the whole pattern, where a model uses it: (?i), (?s).
  const inline = /^\(\?([is]+)\)/.exec(source)
  if (inline !== null) {
    flags = inline[1] ?? ''
    source = source.slice(inline[0].length)
  }
  source = source
    .replaceAll('\\A', '^')
    .replaceAll(/\\[zZ]/g, '$')
    // Models write characters beyond 16 bits as \u10000, which is \u1000 and a zero to Java as well:
    // the ranges STS and IAM mean are said here.
    .replaceAll('\\u10000-\\u10FFFF', '\\u{10000}-\\u{10FFFF}')
    .replaceAll(/\\x\{([0-9a-fA-F]+)\}/g, '\\u{$1}')
  if (/\\p\{|\\u\{|\\P\{/.test(source)) {
    flags += 'u'
    source = source.replaceAll(/\\p\{(\w+)\}/g, (whole, name: string) => posix[name] ?? whole)
    // Unicode mode refuses escapes that escape nothing: `\@`, `\_`, `\ `.
    source = source.replaceAll(/\\([\s\S])/g, (whole, escaped: string) =>
      /[^\w^$\\.*+?()[\]{}|/-]|_/.test(escaped) ? escaped : whole,
    )
  }
  const backtracks = flags.includes('u') || /\(\?[=!<]|\\[1-9]/.test(source)
  if (backtracks && repeatsGroup.test(source)) return undefined
  try {
    return new RegExp(`^(?:${source})$`, flags)
  } catch {
    return undefined
  }
}

/** A group repeated without end, or a counted one with a repetition in it. */
const repeatsGroup = /\)(?:[*+]|\{\d+,\})|\([^()]*[*+{][^()]*\)\{/

/** Java's POSIX classes, which JavaScript does not have. */
const posix: Readonly<Record<string, string>> = {
  Alnum: '\\p{L}\\p{N}',
  Alpha: '\\p{L}',
  Digit: '\\d',
  Graph: '\\u0021-\\u007E',
  Print: '\\u0020-\\u007E',
  Punct: '!-\\/:-@\\[-`\\{-~',
  Space: '\\s',
  XDigit: '0-9a-fA-F',
}
