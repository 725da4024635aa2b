/**
 * Function runtimes on this machine: installs one the first time a function needs it.
 *
 * What it is not: it does not start anything in a sandbox; `dataplane` mounts the directory it names.
 * Invariant: a directory handed out is complete, verified, and never changes while lambdad runs.
 * Called by: app. Read next: node-package.mjs, catalog.ts.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import type { NodeRuntimeMajor } from './catalog.ts'
import { copyHostNode, installNode, isInstalled, InstallError } from './node-package.mjs'
import type { NodePackages, Progress } from './node-package.mjs'

export interface InstallerOptions {
  /** Runtimes are kept in its folder `runtimes`, shared by all servers of the user. */
  readonly cacheDirectory: string
  readonly clock: Clock
  readonly log: Log
  readonly onProgress?: (progress: Progress) => void
  /** The npm client; `npm` on PATH unless told. */
  readonly npm?: string
  /** The host's own Node.js, the last resort; `node` on PATH unless told. */
  readonly hostNode?: string
  /** The table of pinned builds; lambdad's own unless told. */
  readonly packages?: NodePackages
}

// Functions of one runtime that start together share one installation.
const underWay = new Map<string, Promise<string>>()

/**
 * Resolves with the directory that holds `bin/node` of this major version: the one installed before, one that
 * npm fetches now, or, when npm cannot reach its registry, a copy of the host's own of the same major version.
 * @throws InstallError with words on what failed and what to do.
 */
export function ensureNodeRuntime(
  major: NodeRuntimeMajor,
  options: InstallerOptions,
): Promise<string> {
  const directory = directoryOf(major, options.cacheDirectory)
  const before = underWay.get(directory)
  if (before !== undefined) return before
  const installation = install(major, directory, options).finally(() => underWay.delete(directory))
  underWay.set(directory, installation)
  return installation
}

/** A Node.js of a function's runtime that is on this machine. */
export interface InstalledNode {
  readonly program: string
  readonly version: string
  /** Whether it is a copy of the host's own, because npm could not be reached. */
  readonly isOfHost: boolean
}

/** What `ensureNodeRuntime` would find here; undefined when it would have to fetch it. */
export async function installedNode(
  major: NodeRuntimeMajor,
  options: Pick<InstallerOptions, 'cacheDirectory' | 'packages'>,
): Promise<InstalledNode | undefined> {
  const directory = directoryOf(major, options.cacheDirectory)
  const isPinned = await isInstalled(major, directory, options.packages)
  const found = isPinned ? directory : copyOfHost(directory)
  const version = await versionIn(found)
  if (version === undefined) return undefined
  return { program: join(found, 'bin', 'node'), version, isOfHost: !isPinned }
}

async function install(
  major: NodeRuntimeMajor,
  directory: string,
  options: InstallerOptions,
): Promise<string> {
  if (await isInstalled(major, directory, options.packages)) return directory
  options.log.info({ into: directory }, `installing the runtime Node.js ${major} from npm`)
  try {
    await installNode(major, directory, options)
    return directory
  } catch (error) {
    if (!(error instanceof InstallError)) throw error
    const copy = copyOfHost(directory)
    const hosts = await hostCopy(major, copy, options.hostNode)
    if (hosts === undefined) throw error
    options.log.warn(
      { reason: error, into: copy },
      `no Node.js ${major} from npm: going on with the host's own ${hosts}`,
    )
    return copy
  }
}

/** @returns the version of the copy, made now or before; undefined when the host has none to copy. */
async function hostCopy(
  major: number,
  directory: string,
  hostNode: string | undefined,
): Promise<string | undefined> {
  const before = await versionIn(directory)
  return before ?? (await copyHostNode(major, directory, hostNode).catch(() => undefined))
}

function directoryOf(major: NodeRuntimeMajor, cacheDirectory: string): string {
  return join(cacheDirectory, 'runtimes', `node-${major}`)
}

function copyOfHost(directory: string): string {
  return `${directory}-of-host`
}

/** Undefined when there is none. */
async function versionIn(directory: string): Promise<string | undefined> {
  const text = await readFile(join(directory, 'version'), 'utf8').catch(() => undefined)
  return text?.trim()
}
