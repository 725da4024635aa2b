/**
 * Chooses runtime and handler from the files of a function, and says why.
 *
 * It reads source text as a person would who skims it, and runs nothing. Invariant: it never chooses between two things
 * that are equally likely; it asks. Called by: commands/deploy.ts.
 */
import { open } from 'node:fs/promises'
import path from 'node:path'
import type { RuntimeFinding } from '../../kernel/reports.ts'
import { CliError } from '../failure.ts'
import { sourceBytesMax } from '../limits.ts'
import type { PackageFile } from './package.ts'

export interface Choice {
  readonly runtime: string
  readonly handler: string
  /** `index.mjs exports handler`. */
  readonly because: string
}

/** What the user has said already. */
export interface Said {
  readonly runtime?: string | undefined
  readonly handler?: string | undefined
}

interface Language {
  /** How its runtimes begin. */
  readonly prefix: string
  readonly extensions: readonly string[]
  /** Where a handler usually is, the usual first. */
  readonly modules: readonly string[]
  /** Names that a file offers. */
  readonly offers: (source: string) => string[]
}

/** What a handler is usually called, the usual first. */
const handlerNames = ['handler', 'lambda_handler', 'lambdaHandler', 'main']

const languages: readonly Language[] = [
  {
    prefix: 'nodejs',
    extensions: ['mjs', 'js', 'cjs'],
    modules: ['index', 'handler', 'app', 'lambda', 'main', 'src/index', 'dist/index'],
    offers: (source) => [
      ...captures(source, /\bexports\.(\w+)\s*=/g),
      ...captures(
        source,
        /(?:^|;)\s*export\s+(?:async\s+)?(?:const|let|var|function\*?)\s+(\w+)/gm,
      ),
      ...captures(source, /\bmodule\.exports\s*=\s*\{([^}]*)\}/g).flatMap(namesIn),
      ...captures(source, /(?:^|;)\s*export\s*\{([^}]*)\}/gm).flatMap(namesIn),
    ],
  },
  {
    prefix: 'python',
    extensions: ['py'],
    modules: ['lambda_function', 'app', 'main', 'handler', 'index'],
    // A handler takes an event and a context.
    offers: (source) => captures(source, /^def (\w+)\s*\(\s*\w[^,()]*,[^()]*\)/gm),
  },
]

/** @throws CliError, with what to say, when the files leave it open */
export async function guess(
  directory: string,
  files: readonly PackageFile[],
  runtimes: readonly RuntimeFinding[],
  said: Said,
): Promise<Choice> {
  if (isCustom(files, said)) {
    checkBootstrap(files)
    const runtime = said.runtime ?? 'provided.al2023'
    return { runtime, handler: said.handler ?? 'bootstrap', because: 'there is a bootstrap' }
  }
  const found: Found[] = []
  for (const language of languages) {
    if (said.runtime !== undefined && !said.runtime.startsWith(language.prefix)) continue
    const one = await look(directory, files, language, said.handler)
    if (one !== undefined) found.push(one)
  }
  const [only, another] = found
  if (only === undefined) throw noHandler(directory, files, said)
  if (another !== undefined)
    throw new CliError(
      `${directory} has both ${only.because} and ${another.because}: choose with --runtime and --handler.`,
    )
  const runtime = said.runtime ?? newest(runtimes, only.language)
  return { runtime, handler: only.handler, because: only.because }
}

interface Found {
  readonly language: Language
  readonly handler: string
  readonly because: string
}

function isCustom(files: readonly PackageFile[], { runtime, handler }: Said): boolean {
  if (runtime !== undefined) return runtime.startsWith('provided')
  return handler === undefined && files.some((file) => file.path === 'bootstrap')
}

function checkBootstrap(files: readonly PackageFile[]): void {
  const bootstrap = files.find((file) => file.path === 'bootstrap')
  if (bootstrap === undefined)
    throw new CliError('runtimes of one’s own start the file bootstrap, and there is none.')
  if (!bootstrap.isExecutable)
    throw new CliError('bootstrap cannot be executed: chmod +x bootstrap')
}

/** The file of this language that has a handler; undefined when there is none, or it cannot be told. */
async function look(
  directory: string,
  files: readonly PackageFile[],
  language: Language,
  handler: string | undefined,
): Promise<Found | undefined> {
  const dot = handler?.lastIndexOf('.') ?? -1
  const modules = handler === undefined ? language.modules : [handler.slice(0, dot)]
  for (const module of modules) {
    for (const extension of language.extensions) {
      const name = `${module}.${extension}`
      const file = files.find((each) => each.path === name)
      if (file === undefined) continue
      if (handler !== undefined) return { language, handler, because: `${name} is there` }
      const chosen = choose(language.offers(await readSource(path.join(directory, name))))
      if (chosen === undefined) continue
      const verb = language.prefix === 'python' ? 'defines' : 'exports'
      return { language, handler: `${module}.${chosen}`, because: `${name} ${verb} ${chosen}` }
    }
  }
  return undefined
}

/** The usual name, or the only one. */
function choose(offered: readonly string[]): string | undefined {
  const names = new Set(offered)
  const usual = handlerNames.find((name) => names.has(name))
  return usual ?? (names.size === 1 ? offered[0] : undefined)
}

/** The newest that the server serves by its own version of the language, else by another. */
function newest(runtimes: readonly RuntimeFinding[], { prefix }: Language): string {
  const all = runtimes.filter(({ runtime }) => runtime.startsWith(prefix))
  const found =
    all.find(({ state }) => state === 'served') ?? all.find(({ state }) => state === 'fallback')
  if (found !== undefined) return found.runtime
  throw new CliError(`this server has no runtime for it: lambdad runtimes says why.`)
}

function noHandler(directory: string, files: readonly PackageFile[], said: Said): CliError {
  if (said.handler !== undefined)
    return new CliError(
      `${directory} has no file for the handler ${said.handler}: it is FILE.NAME, without the file's extension, of what is there.`,
    )
  const isTypeScript = files.some((file) => /^(src\/)?(index|handler|app)\.m?ts$/.test(file.path))
  if (isTypeScript)
    return new CliError(
      `${directory} has TypeScript, which Lambda's runtimes do not run: compile it (esbuild --bundle --platform=node), and deploy what comes out.`,
    )
  return new CliError(
    `no handler was found in ${directory}: say --runtime and --handler (nodejs24.x and index.handler, for example).`,
  )
}

/** Its beginning, if it is long. */
async function readSource(file: string): Promise<string> {
  await using handle = await open(file)
  const buffer = Buffer.alloc(sourceBytesMax)
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0)
  return buffer.toString('utf8', 0, bytesRead)
}

function captures(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), (match) => match[1] as string)
}

/** Of `a, b as c, d: e, ...f`: what others see. */
function namesIn(list: string): string[] {
  return list
    .split(',')
    .map((part) => part.trim())
    .map((part) => / as (\w+)$/.exec(part)?.[1] ?? /^(?:async )?(\w+)/.exec(part)?.[1] ?? '')
    .filter((name) => name !== '')
}
