/**
 * The packages that every Python function finds without bringing them: boto3 and what it stands on.
 *
 * Fetched on first use by pip, which knows the user's index, proxy and credentials; pinned by checksum. One folder
 * serves all versions of Python. Invariant: a folder that exists is complete; afterwards only compiled forms are
 * added to it. What cannot be fetched is done without, and said once. Called by: index.ts.
 * Read next: sdk-requirements.txt, ../node-package.mjs (the same for Node.js).
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import { largestFile, removeLeftovers } from '../node-package.mjs'
import type { Progress } from '../node-package.mjs'
import type { Interpreter } from './interpreters.ts'
import { compilePython } from './pack.ts'

const run = promisify(execFile)

export interface SdkOptions {
  /** Its folder `runtimes` is shared by all servers of the user. */
  readonly cacheDirectory: string
  readonly clock: Clock
  readonly log: Log
  readonly onProgress?: (progress: Progress) => void
  /** Requirements file with checksums; lambdad's own unless told. */
  readonly requirements?: string
}

const ownRequirements = join(import.meta.dirname, 'sdk-requirements.txt')
/** Of the largest package, botocore, which is nearly all of it; for progress only. */
const approximateBytes = 15_500_000
/** A machine without a network is not asked again for every function. */
const retryAfterMs = 5 * 60_000
const installTimeoutMs = 5 * 60_000

export class PythonSdk {
  readonly #options: SdkOptions
  readonly #directory: string
  #underWay: Promise<string> | undefined
  #failedAtMs: number | undefined
  #hasWarned = false

  constructor(options: SdkOptions) {
    this.#options = options
    const requirements = readFileSync(options.requirements ?? ownRequirements)
    const digest = createHash('sha256').update(requirements).digest('hex').slice(0, 12)
    this.#directory = join(options.cacheDirectory, 'runtimes', `python-sdk-${digest}`)
  }

  /**
   * The folder with the packages, compiled for this interpreter; an empty one when they cannot be had.
   * @param others tried when the first has no pip of its own
   */
  async for(interpreter: Interpreter, others: () => Promise<readonly Interpreter[]>) {
    const packages = await this.#install(interpreter, others)
    if (packages === undefined) return await this.#nothing()
    const mark = join(packages, `.compiled-${interpreter.fullVersion}`)
    if (!existsSync(mark)) {
      await compilePython(packages, interpreter)
      await writeFile(mark, '')
    }
    return packages
  }

  async #install(
    interpreter: Interpreter,
    others: () => Promise<readonly Interpreter[]>,
  ): Promise<string | undefined> {
    const { clock, log } = this.#options
    if (existsSync(this.#directory)) return this.#directory
    const nowMs = clock.monotonicMs()
    if (this.#failedAtMs !== undefined && nowMs - this.#failedAtMs < retryAfterMs) return undefined
    this.#underWay ??= this.#fetch(interpreter, others).finally(() => (this.#underWay = undefined))
    try {
      return await this.#underWay
    } catch (error) {
      this.#failedAtMs = clock.monotonicMs()
      if (!this.#hasWarned) {
        const reason = error instanceof Error ? error.message : String(error)
        log.warn({ reason }, 'no boto3 for Python functions: pip cannot fetch it; they run without')
      }
      this.#hasWarned = true
      return undefined
    }
  }

  async #fetch(
    interpreter: Interpreter,
    others: () => Promise<readonly Interpreter[]>,
  ): Promise<string> {
    const parent = dirname(this.#directory)
    await mkdir(parent, { recursive: true })
    await removeLeftovers(parent)
    this.#options.log.info({ into: this.#directory }, 'installing boto3 for Python functions')
    const work = await mkdtemp(join(parent, `.partial-${process.pid}-`))
    try {
      const packages = join(work, 'packages')
      await this.#runPip(interpreter, work, packages).catch(async (error: unknown) => {
        if (!isWithoutPip(error)) throw error
        await this.#runAnyPip(await others(), work, packages, error)
      })
      chmodSync(packages, 0o755)
      await rename(packages, this.#directory).catch((error: NodeJS.ErrnoException) => {
        // Another server has just finished the same.
        if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
      })
      return this.#directory
    } finally {
      await rm(work, { recursive: true, force: true })
    }
  }

  /** Debian's Python comes without pip; the packages are the same whichever pip unpacks them. */
  async #runAnyPip(
    interpreters: readonly Interpreter[],
    work: string,
    packages: string,
    firstError: unknown,
  ): Promise<void> {
    for (const interpreter of interpreters) {
      try {
        return await this.#runPip(interpreter, work, packages)
      } catch (error) {
        if (!isWithoutPip(error)) throw error
      }
    }
    throw firstError
  }

  async #runPip(interpreter: Interpreter, work: string, packages: string): Promise<void> {
    const { clock, onProgress } = this.#options
    const temporary = join(work, 'temporary')
    await mkdir(temporary, { recursive: true })
    const command = [
      ...['-I', '-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check'],
      ...['--require-hashes', '--no-deps', '--only-binary', ':all:', '--no-compile'],
      // Without a network pip would otherwise try for minutes.
      ...['--retries', '2', '--timeout', '15', '--target', packages],
      ...['--requirement', this.#options.requirements ?? ownRequirements],
    ]
    let poll = clock.after(0, () => void look())
    let isOver = false
    let most = 0
    async function look() {
      // A package that is unpacked is gone from there.
      most = Math.min(approximateBytes, Math.max(most, await largestFile(temporary)))
      if (isOver) return
      onProgress?.({ bytes: most, bytesTotal: approximateBytes })
      poll = clock.after(100, () => void look())
    }
    try {
      await run(interpreter.executable, command, {
        cwd: work,
        env: { ...process.env, TMPDIR: temporary },
        timeout: installTimeoutMs,
      })
      onProgress?.({ bytes: approximateBytes, bytesTotal: approximateBytes })
    } catch (error) {
      throw new Error(wordsOfPip(interpreter, error as ExecError), { cause: error })
    } finally {
      isOver = true
      poll.cancel()
    }
  }

  /** Mounted all the same, over the packages of this machine. */
  async #nothing(): Promise<string> {
    const directory = join(dirname(this.#directory), 'python-sdk-none')
    await mkdir(directory, { recursive: true })
    return directory
  }
}

interface ExecError extends Error {
  readonly stderr?: string
}

function isWithoutPip(error: unknown): boolean {
  return error instanceof Error && error.message.includes('No module named pip')
}

function wordsOfPip(interpreter: Interpreter, error: ExecError): string {
  const lines = (error.stderr ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('WARNING'))
  return `${interpreter.executable} -m pip: ${lines.slice(-3).join('; ') || error.message}`
}
