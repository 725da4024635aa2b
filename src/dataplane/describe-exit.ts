import type { SandboxExit } from '../sandbox/sandbox.ts'

/** In the words of AWS's agent, which is written in Go. */
export function describeExit(exit: SandboxExit): string {
  if (exit.outOfMemory) return 'Runtime exited with error: signal: killed'
  if (exit.signal !== undefined) {
    return `Runtime exited with error: signal: ${signalNames[exit.signal] ?? exit.signal}`
  }
  if (exit.code === 0) return 'Runtime exited without providing a reason'
  return `Runtime exited with error: exit status ${exit.code}`
}

/** As the caller and the log are told of it. */
export function describeTimeout(limitMs: number): string {
  return `Task timed out after ${(limitMs / 1000).toFixed(2)} seconds`
}

/** Go's texts for signals. */
const signalNames: Readonly<Record<string, string>> = {
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGHUP: 'hangup',
  SIGILL: 'illegal instruction',
  SIGINT: 'interrupt',
  SIGKILL: 'killed',
  SIGPIPE: 'broken pipe',
  SIGQUIT: 'quit',
  SIGSEGV: 'segmentation fault',
  SIGSYS: 'bad system call',
  SIGTERM: 'terminated',
  SIGTRAP: 'trace/breakpoint trap',
}
