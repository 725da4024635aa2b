/**
 * The runtimes python3.10 to python3.14 on this machine: the folder's front door.
 *
 * What it is not: an installer of Python. It finds one of the wanted version, or, when told to, the next best.
 * Called by: ../index.ts. Read next: finder.ts, image.ts, sdk.ts.
 */
import { createHash } from 'node:crypto'
import type { PythonRuntime } from '../catalog.ts'
import { type FinderOptions, PythonFinder } from './finder.ts'
import { type PythonImage, pythonImage } from './image.ts'
import { stateOf } from './interpreters.ts'
import { compilePackedRuntime, packPythonRuntime } from './pack.ts'
import { PythonSdk, type SdkOptions } from './sdk.ts'

export interface PythonOptions extends SdkOptions, FinderOptions {
  /** Where the bootstrap is put for the sandboxes to see; made when missing. */
  readonly bootstrapDirectory: string
}

export class PythonRuntimes {
  readonly #options: PythonOptions
  readonly #finder: PythonFinder
  readonly #sdk: PythonSdk
  readonly #underWay = new Map<PythonRuntime, Promise<PythonImage>>()

  constructor(options: PythonOptions) {
    this.#options = options
    this.#sdk = new PythonSdk(options)
    packPythonRuntime(options.bootstrapDirectory)
    this.#finder = new PythonFinder(options)
  }

  /** See `PythonFinder`. */
  get identifiers(): readonly PythonRuntime[] {
    return this.#finder.identifiers
  }

  /** Names the build that functions of this runtime get here; undefined when there is none. */
  versionHash(identifier: PythonRuntime): string | undefined {
    const found = this.#finder.candidate(identifier)
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

  /** Why this runtime cannot be had here, and what to do about it. */
  explainMissing(identifier: PythonRuntime): string {
    return this.#finder.explainMissing(identifier)
  }

  async #prepare(identifier: PythonRuntime): Promise<PythonImage> {
    const { bootstrapDirectory, log } = this.#options
    const interpreter = await this.#finder.find(identifier)
    const [sdk] = await Promise.all([
      this.#sdk.for(interpreter, () => this.#finder.others(interpreter)),
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
}
