/**
 * The executable that a custom runtime's function brings, looked at before a sandbox is made for it: what cannot
 * run is told in the words of AWS's agent (`Runtime.InvalidEntrypoint`), not in those of an OCI runtime.
 */
import { Buffer } from 'node:buffer'
import { constants } from 'node:fs'
import { access, open } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { RuntimeImage } from '../kernel/ports.ts'
import type { ReadOnlyMount } from '../sandbox/sandbox.ts'
import type { InitFailure } from './init-failure.ts'

/**
 * Its command, or why there is none. Empty for runtimes that bring their own.
 * @param files what the function brings
 */
export async function findEntrypoint(
  image: RuntimeImage,
  files: readonly ReadOnlyMount[],
): Promise<{ command: readonly string[] } | { failure: InitFailure }> {
  if (!image.bootstraps) return { command: [] }
  for (const bootstrap of image.bootstraps) {
    const onHost = below(files, bootstrap)
    if (onHost === undefined || !(await can(onHost, constants.F_OK))) continue
    const trouble = await execTrouble(onHost, files)
    if (trouble === undefined) return { command: [bootstrap] }
    return { failure: invalid(`fork/exec ${bootstrap}: ${trouble}`) }
  }
  return { failure: invalid(`Couldn't find valid bootstrap(s): [${image.bootstraps.join(' ')}]`) }
}

/** What execve(2) would say; undefined when it would run the file. */
async function execTrouble(
  file: string,
  files: readonly ReadOnlyMount[],
): Promise<string | undefined> {
  if (!(await can(file, constants.X_OK))) return 'permission denied'
  // A directory can be executed as far as its mode goes, but not read.
  const head = await readHead(file).catch(() => undefined)
  if (!head) return 'permission denied'
  if (head.length >= 20 && head.readUInt32BE(0) === elfMagic) {
    return head.readUInt16LE(18) === elfMachine ? undefined : 'exec format error'
  }
  const interpreter = /^#![ \t]*([^ \t\r\n]+)/.exec(head.toString('latin1'))?.[1]
  if (interpreter === undefined) return 'exec format error'
  // Below /var/task and /opt it is the function's own; anything else is the host's, which sandboxes see read-only.
  const found = await can(below(files, interpreter) ?? interpreter, constants.F_OK)
  return found ? undefined : 'no such file or directory'
}

const elfMagic = 0x7f454c46
/** `e_machine` of this host's programs (elf(5)): EM_AARCH64, EM_X86_64. */
const elfMachine = os.arch() === 'arm64' ? 183 : 62

/** The host's path of something that the function brings; undefined for anything else. */
function below(files: readonly ReadOnlyMount[], inside: string): string | undefined {
  const normal = path.posix.normalize(inside)
  for (const { source, target } of files) {
    if (normal.startsWith(`${target}/`)) return path.join(source, normal.slice(target.length + 1))
  }
  return undefined
}

async function readHead(file: string): Promise<Buffer> {
  await using handle = await open(file)
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0)
  return buffer.subarray(0, bytesRead)
}

async function can(file: string, mode: number): Promise<boolean> {
  return access(file, mode).then(
    () => true,
    () => false,
  )
}

function invalid(message: string): InitFailure {
  return { status: 'error', errorType: 'Runtime.InvalidEntrypoint', payload: undefined, message }
}
