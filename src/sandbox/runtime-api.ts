/**
 * How a process in a sandbox learns where its Runtime API is.
 * Called by: safe-sandbox.ts for what a process is started with; dataplane/ for what a waiting one becomes.
 */

/** See `SandboxSpec.runtimeApi`. */
export type RuntimeApiWay = 'inherited' | 'tcp'

/**
 * Variables of the process beside its function's: our bootstraps take the descriptor that is named here, and TCP at
 * AWS_LAMBDA_RUNTIME_API, as everybody else does, where none is.
 */
export function runtimeApiVariables(way: RuntimeApiWay): Readonly<Record<string, string>> {
  return way === 'inherited' ? { _LAMBDAD_RUNTIME_API_FD: '3' } : {}
}
