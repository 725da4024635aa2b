import type { Clock } from '../kernel/clock.ts'

/** One build of Node.js, as npm's `node-linux-<architecture>` packages carry it. */
export interface NodePackage {
  readonly version: string
  /** Of the compressed package; for progress only. */
  readonly approximateBytes: number
  /** `sha512-<base64>` of the compressed package, as the registry publishes it. */
  readonly integrity: { readonly x64: string; readonly arm64: string }
}

export interface Progress {
  readonly bytes: number
  readonly bytesTotal: number
}

export interface InstallOptions {
  readonly clock: Pick<Clock, 'after'>
  /** Called some ten times a second while the package is fetched. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** The npm client; `npm` on PATH unless told. */
  readonly npm?: string | undefined
  /** `nodePackages` unless told. */
  readonly packages?: NodePackages | undefined
  /** `x64` or `arm64`; this machine's unless told. */
  readonly architecture?: string
}

/** Pinned builds, by major version. */
export type NodePackages = Readonly<Record<string, NodePackage>>

export const nodePackages: NodePackages

/** What failed and what to do about it, in words for the person at the terminal. */
export class InstallError extends Error {}

/** True when `directory` holds exactly the pinned build of this major version. */
export function isInstalled(
  major: number,
  directory: string,
  packages?: NodePackages,
): Promise<boolean>

/**
 * Makes `directory` hold `bin/node` of the pinned build; does nothing when it does already.
 * @throws InstallError when npm cannot fetch it, when it is not what was pinned, or when it does not run here.
 */
export function installNode(
  major: number,
  directory: string,
  options: InstallOptions,
): Promise<void>

/**
 * Makes `directory` hold a copy of the host's Node.js, when that is of the wanted major version.
 * @param hostNode `node` on PATH unless told.
 * @returns its full version, or undefined when the host has no such Node.js.
 * @throws InstallError when the copy does not run (one that needs shared libraries beside it).
 */
export function copyHostNode(
  major: number,
  directory: string,
  hostNode?: string,
): Promise<string | undefined>

/** Bytes of the largest file anywhere below `directory`; 0 when there is none. */
export function largestFile(directory: string): Promise<number>

/** Removes the `.partial-<pid>-*` folders in `parent` of processes that live no more. */
export function removeLeftovers(parent: string): Promise<void>

/**
 * Why npm could not fetch something, and what to do about it.
 * @param spec what it was to fetch
 * @param words what it wrote on its standard error
 */
export function explainNpm(spec: string, words: string): string
