/**
 * The C library, for the few system calls that Node.js has no API for.
 *
 * By way of node:ffi, which is new (26.1) and still marked experimental: where a build does not have it, `openLibrary`
 * gives nothing, and whoever asked says what that means. Called by: oci/, network/libc.ts, posix-spawn.ts.
 */
import type ffi from 'node:ffi'
import { getSystemErrorName } from 'node:util'

/** A system call failed; `code` is as in Node's own errors: `EEXIST`, `EPERM`, ... */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError'
  readonly code: string

  constructor(call: string, errno: number) {
    const code = errno > 0 ? getSystemErrorName(-errno) : 'unknown error'
    super(`${call}: ${code}`)
    this.code = code
  }
}

export interface Library<T extends ffi.FunctionDefinitions> {
  readonly calls: ReturnType<typeof ffi.dlopen<T>>['functions']
  /** @returns `result`, unless it is negative @throws SystemCallError, naming `call` */
  readonly check: (call: string, result: number) => number
  /** Where it is in memory, as long as somebody holds it. */
  readonly addressOf: (buffer: Buffer) => bigint
}

/** Undefined when this Node.js cannot call the C library. */
export function openLibrary<const T extends ffi.FunctionDefinitions>(
  definitions: T,
): Library<T> | undefined {
  try {
    const { dlopen, getInt32, getRawPointer } = loadFfi()
    // Of this process itself, which has it loaded, whatever its name is.
    const calls = dlopen(null, definitions).functions
    // glibc and musl: where the calling thread's errno is.
    const errno = dlopen(null, { __errno_location: { arguments: [], return: 'pointer' } })
    const check = (call: string, result: number): number => {
      if (result >= 0) return result
      throw new SystemCallError(call, getInt32(errno.functions.__errno_location()))
    }
    return { calls, check, addressOf: (buffer) => getRawPointer(buffer) }
  } catch {
    return undefined
  }
}

/** Without Node.js's warning that the module may change, which is for us to know, not for operators. */
function loadFfi(): typeof ffi {
  const emitWarning = process.emitWarning.bind(process)
  process.emitWarning = () => undefined
  try {
    return process.getBuiltinModule('node:ffi')
  } finally {
    process.emitWarning = emitWarning
  }
}
