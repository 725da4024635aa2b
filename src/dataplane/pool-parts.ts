/** What pools of environments are made of. */
import type { Log } from '../kernel/log.ts'
import type { RunnableVersion, RuntimeImage } from '../kernel/ports.ts'
import type { EnvironmentParts } from './environment-parts.ts'
import type { EnvironmentPool } from './environment-pool.ts'
import type { FunctionFiles } from './function-files.ts'
import type { StartGate } from './start-gate.ts'

/** What a pool shares with all others. */
export interface PoolParts {
  readonly environment: Omit<
    EnvironmentParts,
    'version' | 'image' | 'files' | 'owner' | 'openLog' | 'initializationType'
  >
  readonly openLog: (
    version: RunnableVersion,
    stream: string,
  ) => ReturnType<EnvironmentParts['openLog']>
  readonly gate: StartGate
  /** How many there are for the environments. */
  readonly processors: number
  /** Whether there may be one more environment, if need be in place of another. */
  readonly mayGrow: (pool: EnvironmentPool) => boolean
  /** An environment begins to start that an invocation waits for. */
  readonly onColdStart: () => void
  readonly log: Log
  /** Fetches what the version needs; called once a pool. */
  readonly prepare: (version: RunnableVersion) => Promise<Prepared>
}

/** What a version needs to start: the pool's until its end. */
export interface Prepared {
  readonly image: RuntimeImage
  readonly files: FunctionFiles
}
