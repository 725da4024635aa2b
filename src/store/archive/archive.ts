/**
 * Zip archives of code, from the hands of strangers: looked at (`inspectArchive`), read (`readArchive`) or unpacked
 * (`extractArchive`), by the same rules. Nothing is trusted: see archive-error.ts for what is refused.
 *
 * Invariant: nothing is ever written outside the new directory, nor through a link, and a directory of the
 * target's name is there only when all of the archive was sound. It is not synced: unpacked code is made
 * anew from its blob after a restart. Called by the lambda service and by the data plane's code cache.
 */
import { isUtf8 } from 'node:buffer'
import { chmod, lstat, mkdir, open, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'

import { assert } from '../../kernel/assert.ts'
import { randomHex } from '../../kernel/ids.ts'
import { absentAsUndefined, asStoreError } from '../durable-file.ts'
import { ArchiveError } from './archive-error.ts'
import type { ArchiveEntry, ArchiveLimits, ArchiveTree } from './archive-tree.ts'
import { contentsOf } from './inflate.ts'

export { ArchiveError } from './archive-error.ts'
export type { ArchiveErrorCode } from './archive-error.ts'
export type { ArchiveLimits } from './archive-tree.ts'

export interface ArchiveSummary {
  readonly unzippedBytes: number
  readonly entryCount: number
}

/**
 * Checks all of the archive, inflating everything and keeping nothing.
 * @throws ArchiveError
 */
export async function inspectArchive(
  bytes: Uint8Array,
  limits: ArchiveLimits,
): Promise<ArchiveSummary> {
  const tree = await treeOf(bytes, limits)
  await forEachConcurrently(tree.entries, async (entry) => {
    if (entry.kind === 'link') await linkTarget(entry)
    if (entry.kind === 'file') await drain(contentsOf(entry))
  })
  return { unzippedBytes: tree.unzippedBytes, entryCount: tree.entries.length }
}

/** A file, or a link with where it leads as its contents. */
export interface ReadEntry {
  readonly kind: 'file' | 'link'
  readonly path: string
  /** To be read before the next entry is asked for. */
  readonly contents: AsyncIterable<Buffer>
}

/** All files and links of an archive, in its order. @throws ArchiveError, also while contents are being read */
export async function* readArchive(
  bytes: Uint8Array,
  limits: ArchiveLimits,
): AsyncGenerator<ReadEntry> {
  const { entries } = await treeOf(bytes, limits)
  for (const entry of entries) {
    const { kind, path } = entry
    if (kind !== 'directory') yield { kind, path, contents: contentsOf(entry) }
  }
}

/**
 * Unpacks into `target`, which must not be there yet; its parent must. Permission bits are the archive's,
 * without setuid, setgid and sticky. The archive need not have been inspected.
 * @throws ArchiveError; StoreFullError when the disk is full. Nothing is left of it in either case.
 */
export async function extractArchive(
  bytes: Uint8Array,
  target: string,
  limits: ArchiveLimits,
): Promise<void> {
  const there = await lstat(target).catch(absentAsUndefined)
  assert(there === undefined, `an archive is unpacked into a new directory, but ${target} is there`)
  const tree = await treeOf(bytes, limits)
  const unfinished = `${target}.${randomHex(16)}.unpacking`
  try {
    await write(tree, unfinished)
    await rename(unfinished, target)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    throw asStoreError(error, target)
  }
}

/** Loads the parser on first use: a server may serve for long before anyone sends it code. */
async function treeOf(bytes: Uint8Array, limits: ArchiveLimits): Promise<ArchiveTree> {
  const { readTree } = await import('./archive-tree.ts')
  return await readTree(bytes, limits)
}

async function drain(contents: AsyncIterable<Buffer>): Promise<void> {
  for await (const _ of contents);
}

async function write(tree: ArchiveTree, root: string): Promise<void> {
  await mkdir(root, { mode: 0o700 })
  for (const path of tree.directories.keys()) await mkdir(join(root, path), { mode: 0o700 })
  await forEachConcurrently(tree.entries, async (entry) => {
    if (entry.kind === 'file') await writeFile(entry, join(root, entry.path))
  })
  // Links after every file, so that no file can be written through one; modes after everything is inside.
  for (const entry of tree.entries) {
    if (entry.kind === 'link') await symlink(await linkTarget(entry), join(root, entry.path))
  }
  // Children first: a parent may be closed to us afterwards.
  for (const [path, mode] of [...tree.directories].toReversed()) {
    await chmod(join(root, path), mode)
  }
  await chmod(root, 0o755)
}

async function writeFile(entry: ArchiveEntry, path: string): Promise<void> {
  const handle = await open(path, 'wx', entry.mode)
  try {
    for await (const piece of contentsOf(entry)) await handle.writeFile(piece)
    // What this process keeps from new files by its umask, the archive has asked for all the same.
    if ((entry.mode & process.umask()) !== 0) await handle.chmod(entry.mode)
  } finally {
    await handle.close()
  }
}

/**
 * Where the link leads: relative, and after its leading `..`s only downwards. Its own parents are real
 * directories, so the `..`s climb as written, and must end inside; from there every step goes down, into a
 * directory or through another link, for which the same holds. So no chain of links leads out. Were `..`
 * allowed after a name, that name could be a link to somewhere higher up.
 */
async function linkTarget(entry: ArchiveEntry): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of contentsOf(entry)) pieces.push(piece)
  const bytes = Buffer.concat(pieces)
  if (!isUtf8(bytes) || bytes.length === 0 || bytes.includes(0)) {
    throw new ArchiveError('corrupt', `the target of the link ${entry.path} is no path`)
  }
  const target = bytes.toString()
  let depth = entry.path.split('/').length - 1
  let down = false
  for (const component of target.split('/').filter((part) => part !== '' && part !== '.')) {
    if (component !== '..') down = true
    else if (down) depth = -1
    else depth -= 1
  }
  if (depth < 0 || target.startsWith('/')) {
    throw new ArchiveError('link-escape', `the link ${entry.path} leads out`)
  }
  return target
}

/** Enough to keep libuv's four threads busy. */
const lanes = 4

/** Stops at the first failure; when it returns or throws, nothing is under way any more. */
async function forEachConcurrently<Item>(
  items: Iterable<Item>,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items[Symbol.iterator]()
  let failed = false
  const lane = async (): Promise<void> => {
    for (let next = rest.next(); !failed && next.done !== true; next = rest.next()) {
      try {
        await work(next.value)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: lanes }, lane))
  const failure = ends.find((end) => end.status === 'rejected')
  if (failure !== undefined) throw failure.reason
}
