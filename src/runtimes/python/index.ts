/**
 * The runtimes python3.10 to python3.14 on this machine: the folder's front door.
 *
 * What it is not: an installer of Python. It finds one of the wanted version, or, when told to, the next best.
 * Called by: ../index.ts. Read next: interpreters.ts, image.ts, sdk.ts.
 */
import { createHash } from 'node:crypto'
import { PreparationError } from '../../kernel/ports.ts'
import { type PythonRuntime, pythonRuntimes } from '../catalog.ts'
import {
  type Interpreter,
  type PythonPlaces,
  type PythonVersion,
  UnusableInterpreter,
  ask,
  candidates,
  pythonPlaces,
  stateOf,
} from './interpreters.ts'
import { type PythonImage, pythonImage } from './image.ts'
import { compilePackedRuntime, packPythonRuntime } from './pack.ts'
import { PythonSdk, type SdkOptions } from './sdk.ts'

export interface PythonOptions extends SdkOptions {
  /** Where the bootstrap is put for the sandboxes to see; made when missing. */
  readonly bootstrapDirectory: string
  /** Whether a version that is not here is served by the nearest one that is. */
  readonly fallback: boolean
  /** Where to look for Pythons; this process's PATH and the usual places unless told. */
  readonly places?: PythonPlaces
}

const versions = Object.values(pythonRuntimes)

export class PythonRuntimes {
  /** Those that can be used on this host, as far as can be told without running anything. Newest first. */
  readonly identifiers: readonly PythonRuntime[]
  readonly #options: PythonOptions
  readonly #places: PythonPlaces
  readonly #sdk: PythonSdk
  readonly #underWay = new Map<PythonRuntime, Promise<PythonImage>>()

  constructor(options: PythonOptions) {
    this.#options = options
    this.#places = options.places ?? pythonPlaces(process.env)
    this.#sdk = new PythonSdk(options)
    packPythonRuntime(options.bootstrapDirectory)
    this.identifiers = identifiersOf(this.#places, options.fallback)
  }

  /** Names the build that functions of this runtime get here; undefined when there is none. */
  versionHash(identifier: PythonRuntime): string | undefined {
    const [found] = this.#inOrder(identifier).flatMap((each) => candidates(each, this.#places))
    if (found === undefined) return undefined
    // Another file, or another content, is another build.
    return createHash('sha256')
      .update(`${identifier} ${stateOf(found)}`)
      .digest('hex')
  }

  /**
   * Finds the interpreter, and fetches the SDK when it is not there yet.
   * @throws PreparationError (`InvalidRuntime`) when there is none, with words on how to get one.
   */
  prepare(identifier: PythonRuntime): Promise<PythonImage> {
    let image = this.#underWay.get(identifier)
    if (image === undefined) {
      image = this.#prepare(identifier).finally(() => this.#underWay.delete(identifier))
      this.#underWay.set(identifier, image)
    }
    return image
  }

  /** Why this runtime cannot be had here, and what to do about it. @param found what is no good, with reasons */
  explainMissing(identifier: PythonRuntime, found: readonly string[] = []): string {
    const version = pythonRuntimes[identifier]
    const looked = ['PATH', ...this.#places.collections, ...this.#places.folders].join(', ')
    const reasons = found.length === 0 ? '' : ` (${found.join('; ')})`
    const way = this.#options.fallback ? '' : ', or start with --runtime-fallback'
    return (
      `${identifier} needs a Python ${version} on this machine: none found in ${looked}${reasons}; ` +
      `install it (pyenv install ${version}, ` +
      `uv python install ${version}, or python${version} of your distribution)${way}.`
    )
  }

  async #prepare(identifier: PythonRuntime): Promise<PythonImage> {
    const { bootstrapDirectory, log } = this.#options
    const interpreter = await this.#find(identifier)
    const [sdk] = await Promise.all([
      this.#sdk.for(interpreter, () => this.#others(interpreter)),
      compilePackedRuntime(bootstrapDirectory, interpreter),
    ])
    const image = pythonImage({
      identifier,
      interpreter,
      bootstrap: bootstrapDirectory,
      sdk,
      versionHash: this.versionHash(identifier),
    })
    if (image.fallbackOf !== undefined) {
      const { fullVersion } = interpreter
      log.warn({ runtime: identifier }, `no ${identifier} here: going on with ${fullVersion}`)
    }
    return image
  }

  async #find(identifier: PythonRuntime): Promise<Interpreter> {
    const unusable: string[] = []
    for (const version of this.#inOrder(identifier)) {
      const found = await this.#findVersion(version, unusable)
      if (found !== undefined) return found
    }
    throw new PreparationError('InvalidRuntime', this.explainMissing(identifier, unusable))
  }

  async #findVersion(version: PythonVersion, unusable: string[]): Promise<Interpreter | undefined> {
    for (const path of candidates(version, this.#places)) {
      try {
        return await ask(path, version)
      } catch (error) {
        if (!(error instanceof UnusableInterpreter)) throw error
        unusable.push(error.message)
      }
    }
    return undefined
  }

  /** Every other version that is here, for what any of them can do. */
  async #others(interpreter: Interpreter): Promise<Interpreter[]> {
    const rest = versions.filter((version) => version !== interpreter.version)
    const found = await Promise.all(rest.map((version) => this.#findVersion(version, [])))
    return found.filter((each) => each !== undefined)
  }

  /** The versions that may serve a runtime, the best first. */
  #inOrder(identifier: PythonRuntime): PythonVersion[] {
    const wanted = pythonRuntimes[identifier]
    return this.#options.fallback ? nearestFirst(wanted) : [wanted]
  }
}

/** Itself, then the newer ones from the next on, then the older ones likewise: what is new rarely breaks what is old. */
export function nearestFirst(wanted: PythonVersion): PythonVersion[] {
  const index = versions.indexOf(wanted as (typeof versions)[number])
  return [...versions.slice(index), ...versions.slice(0, index).toReversed()]
}

function identifiersOf(places: PythonPlaces, fallback: boolean): PythonRuntime[] {
  const all = (Object.keys(pythonRuntimes) as PythonRuntime[]).toReversed()
  const here = all.filter((each) => candidates(pythonRuntimes[each], places).length > 0)
  return fallback && here.length > 0 ? all : here
}
