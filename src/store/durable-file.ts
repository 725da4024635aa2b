/** Files that are whole or not there, also after the power went: written beside, synced, renamed, synced. */
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

import { StoreFullError } from './store.ts'

/**
 * Resolves once the file is on disk under its name. An older one of that name is replaced.
 * @param temporary a path on the same file system that nobody else uses; nothing is left there.
 * @throws StoreFullError when there is no room for it.
 */
export async function writeDurably(
  path: string,
  temporary: string,
  chunks: Iterable<Uint8Array>,
): Promise<void> {
  try {
    const handle = await open(temporary, 'wx', 0o600)
    try {
      for (const chunk of chunks) await handle.writeFile(chunk)
      await handle.datasync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw asStoreError(error, path)
  }
  await syncDirectory(dirname(path))
}

/** Makes the directory (0700), or finds it, and syncs it into the one above. */
export async function makeDirectoryDurably(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw asStoreError(error, path)
  }
  // Also one that was there: whoever made it may have died, or not come to it yet.
  await syncDirectory(dirname(path))
}

/** A name is on disk once its directory is synced. */
async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Node's error code, such as `ENOENT`. */
function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

/** `undefined` where a file or directory is not there; every other error is passed on. */
export function absentAsUndefined(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error
}

/** A full disk by its name; every other error as it is. */
export function asStoreError(error: unknown, path: string): unknown {
  const code = codeOf(error)
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error
  return new StoreFullError(`no room on the disk for ${path} (${code})`)
}
