/**
 * The Pythons of this machine: where one of a version may be, and what one says of itself.
 *
 * What it is not: an installer; lambdad brings no Python along. Invariant: an `Interpreter` has run once here, is
 * CPython of exactly that version, and what sandboxes have to see of it lies below `prefix`.
 * Called by: finder.ts. Read next: image.ts (what of it is mounted where).
 */
import { execFile } from 'node:child_process'
import { closeSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** `3.12`: two numbers, as Lambda's identifiers have them. */
export type PythonVersion = `${number}.${number}`

export interface Interpreter {
  readonly version: PythonVersion
  /** `3.12.1` */
  readonly fullVersion: string
  /** `bin/python3.12` below the prefix; neither a shim nor that of a virtual environment. */
  readonly executable: string
  /** Where it was installed to: `/usr` for the distribution's own. */
  readonly prefix: string
  /** Whether the program is small, and what it needs lies in `lib` below the prefix. */
  readonly isShared: boolean
}

/** Where to look. */
export interface PythonPlaces {
  /** As the variable PATH. */
  readonly path: string
  /** Folders of which each holds one Python below its `bin`, named by their version. */
  readonly collections: readonly string[]
  /** Folders with programs, searched after all others. */
  readonly folders: readonly string[]
}

/** @param environment the server's own */
export function pythonPlaces(
  environment: Readonly<Record<string, string | undefined>>,
): PythonPlaces {
  const home = environment['HOME'] ?? '/root'
  const data = environment['XDG_DATA_HOME'] ?? join(home, '.local/share')
  return {
    path: environment['PATH'] ?? '',
    collections: [
      join(environment['PYENV_ROOT'] ?? join(home, '.pyenv'), 'versions'),
      environment['UV_PYTHON_INSTALL_DIR'] ?? join(data, 'uv/python'),
      '/opt',
      '/opt/python',
    ],
    folders: ['/usr/bin', '/usr/local/bin'],
  }
}

/**
 * Programs that by their place should be this version of Python, the user's own choice first. Runs none of them.
 * Shims (scripts that look for the program each time) come last: to run one takes seconds.
 */
export function candidates(version: PythonVersion, places: PythonPlaces): string[] {
  const program = `python${version}`
  const found = [
    ...places.path.split(delimiter).filter((folder) => folder.startsWith('/')),
    ...places.collections.flatMap((collection) => installations(version, collection)),
    ...places.folders,
  ]
    .map((folder) => join(folder, program))
    .filter(isFile)
  // /bin is often the same folder as /usr/bin.
  const distinct = [...new Map(found.map((path) => [realpathSync(path), path])).values()]
  return [
    ...distinct.filter((path) => !isScript(path)),
    ...distinct.filter((path) => isScript(path)),
  ]
}

/** The `bin` folders of a collection that hold this version, the latest first. */
function installations(version: PythonVersion, collection: string): string[] {
  const mentions = new RegExp(`(?<![\\d.])${RegExp.escape(version)}(?!\\d)`)
  return namesIn(collection)
    .filter((name) => mentions.test(name))
    .toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((name) => join(collection, name, 'bin'))
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** False, too, where this user may not look. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function isScript(path: string): boolean {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    // To be executed is not to be read.
    return false
  }
  try {
    const head = Buffer.alloc(2)
    readSync(file, head)
    return head.toString('latin1') === '#!'
  } finally {
    closeSync(file)
  }
}

/** One line each: implementation, version, prefix of the installation that a virtual environment stands on. */
const question =
  'import sys; print(sys.implementation.name, "%d.%d.%d" % sys.version_info[:3], sys.base_prefix, sep="\\n")'
/** A shim on a slow disk takes seconds. */
const questionTimeoutMs = 20_000

export class UnusableInterpreter extends Error {}

const answers = new Map<string, Promise<Interpreter>>()

/**
 * Asks a program what it is, once for each state of the file.
 * @throws UnusableInterpreter with the reason, in words
 */
export function ask(path: string, version: PythonVersion): Promise<Interpreter> {
  const key = `${version} ${stateOf(path)}`
  let answer = answers.get(key)
  if (answer === undefined) {
    answer = describe(path, version)
    answers.set(key, answer)
  }
  return answer
}

/** Another file, or another content, is another state. */
export function stateOf(path: string): string {
  const { size, mtimeMs } = statSync(path)
  return `${realpathSync(path)} ${size} ${mtimeMs}`
}

async function describe(path: string, version: PythonVersion): Promise<Interpreter> {
  const { stdout } = await run(path, ['-I', '-c', question], { timeout: questionTimeoutMs }).catch(
    (error: Error) => {
      throw new UnusableInterpreter(`${path} does not run (${lastLine(error.message)})`)
    },
  )
  const [implementation, fullVersion = '', prefix = ''] = stdout.trimEnd().split('\n')
  if (implementation !== 'cpython' || !fullVersion.startsWith(`${version}.`)) {
    throw new UnusableInterpreter(`${path} is ${implementation} ${fullVersion}`)
  }
  const executable = join(prefix, 'bin', `python${version}`)
  if (!isFile(executable) || !isBelow(prefix, realpathSync(executable))) {
    throw new UnusableInterpreter(`${path} belongs to ${prefix}, which has no bin/python${version}`)
  }
  if (prefix !== '/usr') checkReadable(prefix, version)
  const isShared = isFile(join(prefix, 'lib', `libpython${version}.so.1.0`))
  return { version, fullVersion, executable, prefix, isShared }
}

/** Inside sandboxes nobody is the owner of anything. */
function checkReadable(prefix: string, version: PythonVersion): void {
  const library = join(prefix, 'lib', `python${version}`)
  for (const place of [join(prefix, 'bin'), join(prefix, 'lib'), library]) {
    const mode = statSync(place, { throwIfNoEntry: false })?.mode ?? 0
    if ((mode & 0o005) !== 0o005) {
      throw new UnusableInterpreter(
        `${place} cannot be read by everybody, as sandboxes need it (chmod -R o+rX ${dirname(place)})`,
      )
    }
  }
  if (statSync(join(library, 'site-packages'), { throwIfNoEntry: false }) === undefined) {
    throw new UnusableInterpreter(`${library} has no site-packages`)
  }
}

function isBelow(folder: string, path: string): boolean {
  return path.startsWith(`${realpathSync(folder)}/`)
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? ''
}
