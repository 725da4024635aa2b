/**
 * Unpacked packages of the versions that run: one directory for each archive, and one for each list of layers, shared
 * by all environments that see it.
 * Invariant: a directory appears whole or not at all, and its bytes were checked against their hash on the way.
 * Called by: function-files.ts. Read next: merge-directories.ts.
 */
import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { BlobId } from '../kernel/brand.ts'
import { packageLimits } from '../kernel/limits.ts'
import { PreparationError } from '../kernel/ports.ts'
import { ArchiveError, extractArchive } from '../store/archive/archive.ts'
import type { Blobs } from '../store/store.ts'
import { mergeDirectories } from './merge-directories.ts'

interface Entry {
  users: number
  readonly directory: Promise<string>
}

export class CodeCache {
  readonly #blobs: Blobs
  readonly #root: string
  readonly #entries = new Map<string, Entry>()
  #generations = 0

  /** @param root an empty directory of its own. */
  constructor(blobs: Blobs, root: string) {
    this.#blobs = blobs
    this.#root = root
  }

  /** The directory of one package. Every call must be paired with `release`. @throws PreparationError */
  async acquire(code: BlobId): Promise<string> {
    return await this.#acquire(code, () => this.#unpack(code))
  }

  release(code: BlobId): void {
    this.#release(code)
  }

  /**
   * The directory of these packages in one, the later before the earlier: what is mounted at /opt. Every call must be
   * paired with `releaseLayers`. @param layers at least one @throws PreparationError
   */
  async acquireLayers(layers: readonly BlobId[]): Promise<string> {
    const [only] = layers
    if (only !== undefined && layers.length === 1) return await this.acquire(only)
    return await this.#acquire(layers.join('+'), () => this.#merge(layers))
  }

  releaseLayers(layers: readonly BlobId[]): void {
    this.#release(layers.join('+'))
  }

  /** A path that was not given before: what is being removed must not be what is being made. */
  newDirectory(name: string): string {
    this.#generations += 1
    return path.join(this.#root, `${name}-${this.#generations}`)
  }

  async #acquire(key: string, make: () => Promise<string>): Promise<string> {
    let entry = this.#entries.get(key)
    if (!entry) {
      entry = { users: 0, directory: make() }
      this.#entries.set(key, entry)
    }
    entry.users += 1
    try {
      return await entry.directory
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
      throw error
    }
  }

  #release(key: string): void {
    const entry = this.#entries.get(key)
    if (!entry) return
    entry.users -= 1
    if (entry.users > 0) return
    this.#entries.delete(key)
    void entry.directory
      .then((directory) => rm(directory, { recursive: true, force: true }))
      .catch(() => undefined)
  }

  async #unpack(code: BlobId): Promise<string> {
    const directory = this.newDirectory(code)
    try {
      await extractArchive(await this.#blobs.get(code), directory, packageLimits)
      return directory
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error)
      const stateReason =
        error instanceof ArchiveError ? 'InvalidZipFileException' : 'InternalError'
      throw new PreparationError(stateReason, `The code cannot be unpacked: ${words}`, {
        cause: error,
      })
    }
  }

  /** Of hard links: each package is needed until it is made, and lives on in it. */
  async #merge(layers: readonly BlobId[]): Promise<string> {
    using held = new DisposableStack()
    const sources: string[] = []
    for (const layer of layers) {
      sources.push(await this.acquire(layer))
      held.defer(() => this.release(layer))
    }
    const directory = this.newDirectory('layers')
    try {
      await mergeDirectories(sources, directory)
      return directory
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error)
      throw new PreparationError('InternalError', `The layers cannot be merged: ${words}`, {
        cause: error,
      })
    }
  }
}
