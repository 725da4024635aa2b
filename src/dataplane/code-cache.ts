/**
 * Unpacked code of the versions that run: one directory for each archive, shared by all its environments.
 * Invariant: a directory appears whole or not at all, and its bytes were checked against their hash on the way.
 */
import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { BlobId } from '../kernel/brand.ts'
import { packageLimits } from '../kernel/limits.ts'
import { PreparationError } from '../kernel/ports.ts'
import { ArchiveError, extractArchive } from '../store/archive/archive.ts'
import type { Blobs } from '../store/store.ts'

interface Entry {
  users: number
  readonly directory: Promise<string>
}

export class CodeCache {
  readonly #blobs: Blobs
  readonly #root: string
  readonly #entries = new Map<BlobId, Entry>()

  /** @param root an empty directory of its own. */
  constructor(blobs: Blobs, root: string) {
    this.#blobs = blobs
    this.#root = root
  }

  /** The directory to mount at /var/task. Every call must be paired with `release`. @throws PreparationError */
  async acquire(code: BlobId): Promise<string> {
    let entry = this.#entries.get(code)
    if (!entry) {
      entry = { users: 0, directory: this.#unpack(code) }
      this.#entries.set(code, entry)
    }
    entry.users += 1
    try {
      return await entry.directory
    } catch (error) {
      this.#entries.delete(code)
      throw error
    }
  }

  release(code: BlobId): void {
    const entry = this.#entries.get(code)
    if (!entry) return
    entry.users -= 1
    if (entry.users > 0) return
    this.#entries.delete(code)
    void entry.directory
      .then((directory) => rm(directory, { recursive: true, force: true }))
      .catch(() => undefined)
  }

  async #unpack(code: BlobId): Promise<string> {
    const directory = path.join(this.#root, `${code}-${this.#generation()}`)
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

  #generations = 0

  /** A directory that is being removed must not be the one that is being made. */
  #generation(): number {
    this.#generations += 1
    return this.#generations
  }
}
