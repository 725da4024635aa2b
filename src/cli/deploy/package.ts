/**
 * Makes a deployment package of a directory: the same files are the same bytes, wherever and whenever.
 *
 * Links are followed, as zip(1) does, so that packages that npm or a workspace has linked are in it. Invariant: what is
 * too large for Lambda is refused before it is read. Called by: commands/deploy.ts. Read next: ignore.ts.
 */
import { readFile, readdir, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Zippable } from 'fflate'
import { CliError } from '../failure.ts'
import { packageBytesMax, packageFilesMax } from '../limits.ts'
import { size } from '../terminal.ts'
import { type Ignored, ignoreRules } from './ignore.ts'

export interface PackageFile {
  /** Relative, with slashes. */
  readonly path: string
  readonly bytes: number
  readonly isExecutable: boolean
}

/** The first moment that zips know, in local time, because that is what they hold. */
const mtime = '1980-01-01T00:00:00'

/** Unix, as the maker of the external attributes. Source: APPNOTE.TXT 4.4.2. */
const madeOnUnix = 3

/** @throws CliError when there is nothing to deploy, or too much */
export async function listFiles(directory: string): Promise<PackageFile[]> {
  const root = await stat(directory).catch(() => undefined)
  if (!root?.isDirectory())
    throw new CliError(`${directory} is no directory: deploy takes the one with the code in it.`)
  const rules = await readFile(path.join(directory, '.lambdadignore'), 'utf8').catch(() => '')
  const walk = new Walk(directory, ignoreRules(rules))
  await walk.enter('', [])
  if (walk.files.length === 0) throw new CliError(`${directory} has no files to deploy.`)
  // By bytes, not by language: the same everywhere.
  return walk.files.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

class Walk {
  readonly files: PackageFile[] = []
  readonly #root: string
  readonly #ignored: Ignored
  #bytes = 0

  constructor(root: string, ignored: Ignored) {
    this.#root = root
    this.#ignored = ignored
  }

  /** @param above real paths of the directories around this one: a link to one of them would never end */
  async enter(relative: string, above: readonly string[]): Promise<void> {
    const real = await realpath(path.join(this.#root, relative))
    if (above.includes(real))
      throw new CliError(
        `${relative} is a link to a directory that it lies in: remove it, or name it in .lambdadignore.`,
      )
    for (const name of await readdir(real)) {
      const below = relative === '' ? name : `${relative}/${name}`
      await this.#take(below, [...above, real])
    }
  }

  async #take(relative: string, above: readonly string[]): Promise<void> {
    const found = await stat(path.join(this.#root, relative)).catch(() => undefined)
    if (this.#ignored(relative, found?.isDirectory() ?? false)) return
    if (found === undefined)
      throw new CliError(
        `${relative} is a link that leads nowhere: remove it, or name it in .lambdadignore.`,
      )
    if (found.isDirectory()) return await this.enter(relative, above)
    // Sockets and the like are nothing that a package could hold.
    if (!found.isFile()) return
    this.#bytes += found.size
    this.files.push({
      path: relative,
      bytes: found.size,
      isExecutable: (found.mode & 0o100) !== 0,
    })
    if (this.#bytes > packageBytesMax.unzipped || this.files.length > packageFilesMax)
      throw new CliError(
        `${this.#root} is more than Lambda takes: ${size(packageBytesMax.unzipped)} and ${packageFilesMax} files. ` +
          'Name what the function does not need in .lambdadignore.',
      )
  }
}

/** @throws CliError when the package is larger than Lambda takes */
export async function makePackage(
  directory: string,
  files: readonly PackageFile[],
): Promise<Uint8Array> {
  const entries: Zippable = {}
  for (const file of files) {
    const content = await readFile(path.join(directory, file.path))
    const mode = 0o100_000 | (file.isExecutable ? 0o755 : 0o644)
    // The upper half of the external attributes holds the Unix mode, as `zip` on Linux writes it.
    entries[file.path] = [content, { os: madeOnUnix, attrs: mode * 0x10000, mtime }]
  }
  const { zipSync } = await import('fflate')
  const zipped = zipSync(entries)
  if (zipped.length > packageBytesMax.zipped)
    throw new CliError(
      `the package has ${size(zipped.length)}, zipped, and Lambda takes ${size(packageBytesMax.zipped)}. ` +
        'Name what the function does not need in .lambdadignore.',
    )
  return zipped
}
