import { constants } from 'node:os'
import type { SandboxExit } from '../sandbox.ts'

/**
 * Signals that can end process 1 of a pid namespace from within: those that the kernel forces on it.
 * All others are ignored there (pid_namespaces(7)), so that 128 + their number is a code the process chose,
 * as Node's 129 after an uncaught exception.
 */
export const forcedSignals = [
  'SIGILL',
  'SIGTRAP',
  'SIGBUS',
  'SIGFPE',
  'SIGKILL',
  'SIGSEGV',
  'SIGSYS',
] as const

/**
 * What the end of the OCI runtime's foreground process says of the process inside.
 * @param code the runtime's exit code: that of the process inside, or 128 + the signal that ended it
 * @param signal what ended the runtime itself: with it went everything inside
 * @param signals that can have ended the process inside
 */
export function decodeExit(
  code: number | null,
  signal: NodeJS.Signals | null,
  outOfMemory: boolean,
  signals: readonly NodeJS.Signals[] = forcedSignals,
): SandboxExit {
  const inner = signals.find((name) => constants.signals[name] + 128 === code)
  const ended = signal ?? inner
  if (ended !== undefined) return { code: undefined, signal: ended, outOfMemory }
  return { code: code ?? 0, signal: undefined, outOfMemory }
}
