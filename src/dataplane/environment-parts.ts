/** What an environment is made of, and what it tells its pool. */
import type { Clock } from '../kernel/clock.ts'
import type { LogWriter, RunnableVersion, RuntimeImage } from '../kernel/ports.ts'
import type { ReadOnlyMount } from '../sandbox/sandbox.ts'
import type { OwnAccess } from './environment-variables.ts'
import type { ExecutionEnvironment } from './execution-environment.ts'
import type { Favours } from './favours.ts'
import type { InitFailure } from './init-failure.ts'
import type { DropCounters } from './logs/log-budget.ts'
import type { AfterReads } from './logs/platform-log.ts'
import type { SandboxEnds } from './sandbox-ends.ts'
import type { SandboxPool } from './sandbox-pool.ts'

/** What an environment tells its pool. */
export interface EnvironmentOwner {
  /** Its invocation is answered: unless the runtime goes on with something, it is free in a moment. */
  onAnswered(): void
  /** It can take an invocation now. @param durationMs how long it was busy with the last one */
  onIdle(environment: ExecutionEnvironment, durationMs: number | undefined): void
  /** It never became ready; it is ended already. */
  onInitFailed(environment: ExecutionEnvironment, failure: InitFailure): void
  /** It is gone; it will call nothing any more. */
  onEnded(environment: ExecutionEnvironment): void
}

export interface EnvironmentParts {
  readonly version: RunnableVersion
  readonly image: RuntimeImage
  /** Its code, its layers. */
  readonly files: readonly ReadOnlyMount[]
  readonly sandboxes: SandboxPool
  readonly access: (version: RunnableVersion) => OwnAccess
  readonly clock: Clock
  readonly afterReads: AfterReads
  readonly ends: SandboxEnds
  readonly favours: Favours
  readonly logDrops: DropCounters
  readonly openLog: (stream: string) => LogWriter
  readonly owner: EnvironmentOwner
  /** As the function's variable says it. */
  readonly initializationType: 'on-demand' | 'provisioned-concurrency'
}
