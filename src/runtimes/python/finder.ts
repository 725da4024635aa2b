/**
 * Which Python of this machine serves which of Lambda's runtimes: the one of that version, or the nearest other.
 *
 * What it is not: it fetches and prepares nothing. Called by: index.ts, ../inspect.ts. Read next: interpreters.ts.
 */
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
} from './interpreters.ts'

export interface FinderOptions {
  /** Whether a version that is not here is served by the nearest one that is. */
  readonly fallback: boolean
  /** Where to look for Pythons; this process's PATH and the usual places unless told. */
  readonly places?: PythonPlaces
}

const versions = Object.values(pythonRuntimes)

export class PythonFinder {
  /** Those that can be used on this host, as far as can be told without running anything. Newest first. */
  readonly identifiers: readonly PythonRuntime[]
  readonly #fallback: boolean
  readonly #places: PythonPlaces

  constructor(options: FinderOptions) {
    this.#fallback = options.fallback
    this.#places = options.places ?? pythonPlaces(process.env)
    this.identifiers = identifiersOf(this.#places, options.fallback)
  }

  /** The program that is likely to serve it, which nobody has run yet; undefined when there is none. */
  candidate(identifier: PythonRuntime): string | undefined {
    const [found] = this.#inOrder(identifier).flatMap((each) => candidates(each, this.#places))
    return found
  }

  /** @throws PreparationError (`InvalidRuntime`) when there is none, with words on how to get one */
  async find(identifier: PythonRuntime): Promise<Interpreter> {
    const unusable: string[] = []
    for (const version of this.#inOrder(identifier)) {
      const found = await this.#findVersion(version, unusable)
      if (found !== undefined) return found
    }
    throw new PreparationError('InvalidRuntime', this.explainMissing(identifier, unusable))
  }

  /** Every other version that is here. */
  async others(interpreter: Interpreter): Promise<Interpreter[]> {
    const rest = versions.filter((version) => version !== interpreter.version)
    const found = await Promise.all(rest.map((version) => this.#findVersion(version, [])))
    return found.filter((each) => each !== undefined)
  }

  /** Why this runtime cannot be had here, and what to do about it. @param found what is no good, with reasons */
  explainMissing(identifier: PythonRuntime, found: readonly string[] = []): string {
    const version = pythonRuntimes[identifier]
    const looked = ['PATH', ...this.#places.collections, ...this.#places.folders].join(', ')
    const reasons = found.length === 0 ? '' : ` (${found.join('; ')})`
    const way = this.#fallback ? '' : ', or start with --runtime-fallback on'
    return (
      `${identifier} needs a Python ${version} on this machine: none found in ${looked}${reasons}; ` +
      `install it (pyenv install ${version}, ` +
      `uv python install ${version}, or python${version} of your distribution)${way}.`
    )
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

  /** The versions that may serve a runtime, the best first. */
  #inOrder(identifier: PythonRuntime): PythonVersion[] {
    const wanted = pythonRuntimes[identifier]
    return this.#fallback ? nearestFirst(wanted) : [wanted]
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
