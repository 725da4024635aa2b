/**
 * Which files stay out of a deployment package: the patterns of a `.lambdadignore`, which reads like a `.gitignore`.
 *
 * Pure functions. Source: gitignore(5). Not path.matchesGlob, which knows braces and passes names with a dot over.
 * Called by: package.ts.
 */
interface Pattern {
  /** Of whole paths, from the root of the package. */
  readonly paths: RegExp
  /** Takes back what an earlier one has left out. */
  readonly negated: boolean
  readonly directoriesOnly: boolean
}

/** What nobody wants in a package; a pattern with `!` gets it back. */
const always = [
  '.git/',
  '.hg/',
  '.svn/',
  '.DS_Store',
  '/.gitignore',
  '/.lambdadignore',
  '__pycache__/',
  '*.pyc',
  '/.venv/',
  '/venv/',
]

export type Ignored = (path: string, isDirectory: boolean) => boolean

/**
 * @param text of the `.lambdadignore`; empty for none
 * @returns whether to leave out a file or a directory with all that is in it; paths are relative, with slashes
 */
export function ignoreRules(text: string): Ignored {
  const lines = [...always, ...text.split('\n')]
  const patterns = lines.map(parse).filter((pattern) => pattern !== undefined)
  return (path, isDirectory) => {
    const deciding = patterns.findLast(({ paths, directoriesOnly }) => {
      return (isDirectory || !directoriesOnly) && paths.test(path)
    })
    return deciding !== undefined && !deciding.negated
  }
}

function parse(line: string): Pattern | undefined {
  // A blank at the end counts only behind a backslash.
  let text = line.replace(/\r$/, '').replace(/(?<!\\)\s+$/, '')
  if (text === '' || text.startsWith('#')) return undefined
  const negated = text.startsWith('!')
  if (negated) text = text.slice(1)
  const directoriesOnly = text.endsWith('/')
  if (directoriesOnly) text = text.slice(0, -1)
  if (text === '' || text === '/') return undefined
  // A slash before the end ties a pattern to the root.
  const glob = text.includes('/') ? text.replace(/^\//, '') : `**/${text}`
  return { paths: new RegExp(`^${expression(glob)}$`, 'u'), negated, directoriesOnly }
}

const parts = /(?<=^|\/)(\*{2,}(?:\/|$))|\*+|\?|\[!?\]?[^\]]*\]|\\.|./gsu

/** The regular expression that matches what a glob does. */
function expression(glob: string): string {
  const all = Array.from(glob.matchAll(parts), ([part, anyDepth]) => {
    if (anyDepth !== undefined) return anyDepth.endsWith('/') ? '(?:.*/)?' : '.*'
    return partExpression(part)
  })
  return all.join('')
}

function partExpression(part: string): string {
  if (part.startsWith('*')) return '[^/]*'
  if (part === '?') return '[^/]'
  if (part.length > 2 && part.startsWith('[')) return setExpression(part)
  return RegExp.escape(part.length > 1 && part.startsWith('\\') ? part.slice(1) : part)
}

/** `[a-z]`, `[!x]`: one character, and never a slash. */
function setExpression(set: string): string {
  const negated = set[1] === '!'
  const members = set.slice(negated ? 2 : 1, -1).replace(/[\\\]^[]/g, '\\$&')
  // A range from a later character to an earlier one, which is no range.
  const isRange = members.matchAll(/(.)-(.)/gsu).every(([, from = '', to = '']) => from <= to)
  return isRange ? `(?!/)[${negated ? '^' : ''}${members}]` : '(?!)'
}
