/** When an environment is replaced though nothing is wrong with it. Called by: environment-pool.ts, when it rests. */
import type { ExecutionEnvironment } from './execution-environment.ts'
import { invocationsPerMbMax, lifeMaxMs } from './limits.ts'

type Worn = Pick<ExecutionEnvironment, 'idleSinceMs' | 'startedMs' | 'invocations' | 'version'>

export function isWornOut({ idleSinceMs, startedMs, invocations, version }: Worn): boolean {
  return (
    idleSinceMs - startedMs > lifeMaxMs || invocations >= version.memoryMb * invocationsPerMbMax
  )
}
