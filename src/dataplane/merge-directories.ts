/**
 * Several directories as one, as Lambda merges layers into /opt: of two files of one name the later counts.
 *
 * Files are hard links, so that merging costs no space; links are made anew; a directory has the mode it had last.
 * What is no directory takes the place of a directory, and all that was in it, or the other way round. Nothing is
 * written through a link. Called by: code-cache.ts.
 */
import { chmod, link, mkdir, readdir, readlink, rm, stat, symlink } from 'node:fs/promises'
import path from 'node:path'

interface Place {
  readonly kind: 'file' | 'directory' | 'link'
  /** Where it is to be had. */
  readonly source: string
}

/**
 * @param sources on one file system with `target`
 * @param target is not there yet; nothing is left of it when this fails
 */
export async function mergeDirectories(sources: readonly string[], target: string): Promise<void> {
  const root: Tree = new Map()
  for (const source of sources) await collect(source, root)
  try {
    await mkdir(target, { mode: 0o700 })
    await write(root, target)
    await chmod(target, 0o755)
  } catch (error) {
    await rm(target, { recursive: true, force: true })
    throw error
  }
}

/** By name. */
type Tree = Map<string, Place & { readonly inside?: Tree }>

async function collect(directory: string, tree: Tree): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const source = path.join(directory, entry.name)
    if (entry.isDirectory()) {
      const inside = tree.get(entry.name)?.inside ?? new Map()
      tree.set(entry.name, { kind: 'directory', source, inside })
      await collect(source, inside)
    } else {
      tree.set(entry.name, { kind: entry.isSymbolicLink() ? 'link' : 'file', source })
    }
  }
}

async function write(tree: Tree, target: string): Promise<void> {
  for (const [name, { kind, source, inside }] of tree) {
    const place = path.join(target, name)
    if (kind === 'file') await link(source, place)
    else if (kind === 'link') await symlink(await readlink(source), place)
    else {
      await mkdir(place, { mode: 0o700 })
      await write(inside ?? new Map(), place)
      // Last: it may be closed to us afterwards.
      await chmod(place, (await stat(source)).mode & 0o777)
    }
  }
}
