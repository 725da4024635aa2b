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
