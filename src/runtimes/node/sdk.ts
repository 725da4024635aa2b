/**
 * The packages that every Node.js function finds without bringing them: the AWS SDK for JavaScript v3.
 *
 * Fetched on first use by npm, which knows the user's registry, proxy and credentials; pinned by sdk/package-lock.json.
 * One folder serves all versions of Node.js. Invariant: a folder that exists is complete and never changes.
 * What cannot be fetched is done without, and said once. Called by: ../index.ts, tools/fetch-node-sdk.ts.
 * Read next: README.md, "What it brings along"; ../node-package.mjs (the same for Node.js itself).
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, stat, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import type { RuntimeImage } from '../../kernel/ports.ts'
import { InstallError, explainNpm, removeLeftovers } from '../node-package.mjs'
import type { Progress } from '../node-package.mjs'

const run = promisify(execFile)

export interface NodeSdkOptions {
  /** Its folder `runtimes` is shared by all servers of the user. */
  readonly cacheDirectory: string
  readonly clock: Clock
  readonly log: Log
  readonly onProgress?: (progress: Progress) => void
  /** The npm client; `npm` on PATH unless told. */
  readonly npm?: string
  /** The folder of package.json and package-lock.json; lambdad's own unless told. */
  readonly manifest?: string
}

const ownManifest = join(import.meta.dirname, 'sdk')
const what = 'the AWS SDK for JavaScript'
/** Where sandboxes have the packages, as on AWS. */
const target = '/var/runtime/node_modules'
/** Of the compressed packages; for progress only. */
const approximateBytes = 13_900_000
/** A slow line has this long before functions start without. */
const installTimeoutMs = 10 * 60_000
/** Nineteen files of twenty, and of no use to a program that runs: type declarations, sources for bundlers. */
const leftOut = new Set(['dist-types', 'dist-es'])

export class NodeSdk {
  readonly #options: NodeSdkOptions
  #mounts: Promise<RuntimeImage['mounts']> | undefined

  constructor(options: NodeSdkOptions) {
    this.#options = options
  }

  /** What sandboxes of Node.js functions see of it; nothing, until the server's end, when it cannot be had now. */
  mounts(): Promise<RuntimeImage['mounts']> {
    this.#mounts ??= this.#fetch()
    return this.#mounts
  }

  async #fetch(): Promise<RuntimeImage['mounts']> {
    try {
      const directory = await installNodeSdk(this.#options)
      return [
        { source: join(directory, 'node_modules'), target },
        // `import` does not look where NODE_PATH says, but in the root it does.
        { source: join(directory, 'links'), target: '/node_modules' },
      ]
    } catch (error) {
      if (!(error instanceof InstallError)) throw error
      this.#options.log.warn(
        { reason: error.message },
        `no AWS SDK for Node.js functions: those that do not bring it run without, until lambdad starts again`,
      )
      return []
    }
  }
}

/**
 * Resolves with a directory of two: `node_modules`, and `links` to each package as sandboxes have it.
 * @throws InstallError with words on what failed and what to do.
 */
export async function installNodeSdk(options: NodeSdkOptions): Promise<string> {
  const manifest = options.manifest ?? ownManifest
  const lock = readFileSync(join(manifest, 'package-lock.json'))
  const digest = createHash('sha256').update(lock).digest('hex').slice(0, 12)
  const directory = join(options.cacheDirectory, 'runtimes', `node-sdk-${digest}`)
  if (existsSync(directory)) return directory
  options.log.info({ into: directory }, `installing ${what} for Node.js functions from npm`)
  try {
    await install(manifest, directory, options)
  } catch (error) {
    if (error instanceof InstallError) throw error
    const { message } = error as Error
    throw new InstallError(`cannot install ${what} into ${directory}: ${message}`, { cause: error })
  }
  return directory
}

/** Two processes at once, or kill -9 at any moment, cost a second download and never a broken copy. */
async function install(
  manifest: string,
  directory: string,
  options: NodeSdkOptions,
): Promise<void> {
  const parent = dirname(directory)
  await mkdir(parent, { recursive: true })
  await removeLeftovers(parent)
  const work = await mkdtemp(join(parent, `.partial-${process.pid}-`))
  try {
    const tree = join(work, 'sdk')
    await mkdir(tree)
    for (const name of ['package.json', 'package-lock.json']) {
      await copyFile(join(manifest, name), join(tree, name))
    }
    await runNpm(tree, join(work, 'npm-cache'), options)
    await prune(join(tree, 'node_modules'))
    await makeLinks(join(tree, 'node_modules'), join(tree, 'links'))
    // Sandboxes read it as other users than the server's, whatever its umask.
    await run('chmod', ['-R', 'u=rwX,go=rX', tree])
    // Without it a power cut could leave a renamed directory of empty files.
    await run('sync', ['-f', tree])
    await rename(tree, directory).catch((error: NodeJS.ErrnoException) => {
      // Another server has just finished the same.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function runNpm(tree: string, cache: string, options: NodeSdkOptions): Promise<void> {
  const { clock, npm = 'npm', onProgress } = options
  const command = [
    ...['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--no-bin-links'],
    // A cache of its own: progress can be read off it, and the user's does not grow by a copy of this.
    ...['--install-strategy=hoisted', '--cache', cache],
    ...['--loglevel=error', '--no-update-notifier'],
    // Without a network npm would otherwise try for many minutes.
    ...['--fetch-retries=2', '--fetch-retry-mintimeout=500', '--fetch-retry-maxtimeout=2000'],
    '--fetch-timeout=20000',
  ]
  let poll = clock.after(0, () => void look())
  let isOver = false
  async function look() {
    const bytes = Math.min(approximateBytes, await bytesIn(cache))
    if (isOver) return
    onProgress?.({ bytes, bytesTotal: approximateBytes })
    poll = clock.after(250, () => void look())
  }
  try {
    // Not in the caller's directory: its .npmrc is not the user's.
    await run(npm, command, { cwd: tree, timeout: installTimeoutMs })
    onProgress?.({ bytes: approximateBytes, bytesTotal: approximateBytes })
  } catch (error) {
    throw new InstallError(wordsOf(error as ExecError), { cause: error })
  } finally {
    isOver = true
    poll.cancel()
  }
}

interface ExecError extends NodeJS.ErrnoException {
  readonly stderr?: string
  readonly killed?: boolean
}

function wordsOf(error: ExecError): string {
  if (error.code === 'ENOENT') {
    return `cannot run npm to fetch ${what}: install npm, which comes with Node.js`
  }
  if (error.killed === true) {
    return `npm has not fetched ${what} in ${installTimeoutMs / 60_000} minutes: connect and try again`
  }
  return explainNpm(what, error.stderr || error.message)
}

async function prune(packages: string): Promise<void> {
  const names = await readdir(packages, { recursive: true })
  for (const name of names.filter((each) => leftOut.has(basename(each)))) {
    await rm(join(packages, name), { recursive: true, force: true })
  }
}

/** Links, so that a package that is found there is the one in /var/runtime, and loaded once. */
async function makeLinks(packages: string, links: string): Promise<void> {
  await mkdir(links)
  const names = await readdir(packages)
  for (const name of names.filter((each) => !each.startsWith('.'))) {
    await symlink(`${target}/${name}`, join(links, name))
  }
}

async function bytesIn(directory: string): Promise<number> {
  const names = await readdir(directory, { recursive: true }).catch(() => [])
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(directory, name)).then(
        (each) => (each.isFile() ? each.size : 0),
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
