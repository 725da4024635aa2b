/** What the tests of sandbox-pool.ts share. Not imported by anything else. */
import { setImmediate as turn } from 'node:timers/promises'
import { FakeClock } from './fake-clock.ts'
import { FakeBackend } from './fake-sandbox.ts'
import { silentLog } from '../../src/kernel/log.ts'
import { Metrics } from '../../src/kernel/metrics.ts'
import type { RunnableVersion, RuntimeImage } from '../../src/kernel/ports.ts'
import { DataPlaneCounters } from '../../src/dataplane/counters.ts'
import { refillDelayMs } from '../../src/dataplane/limits.ts'
import { SandboxEnds } from '../../src/dataplane/sandbox-ends.ts'
import {
  type FunctionStart,
  SandboxPool,
  type StartedSandbox,
} from '../../src/dataplane/sandbox-pool.ts'

export const plenty = 1024 ** 4

/** A runtime that can wait, unless a function sets OWN. */
export const booting: RuntimeImage = {
  mounts: [{ source: '/host/lang', target: '/var/lang' }],
  command: ({ memoryMb, environment }) => [
    '/bin/fake',
    String(memoryMb),
    ...Object.keys(environment),
  ],
  needsOwnStart: (environment) => 'OWN' in environment,
  env: { FROM_IMAGE: '1' },
  runtimeApi: 'inherited',
  versionLabel: undefined,
  versionHash: undefined,
}

/** One that brings its own program. */
export const custom: RuntimeImage = {
  mounts: [],
  command: () => [],
  env: {},
  runtimeApi: 'tcp',
  versionLabel: undefined,
  versionHash: undefined,
}

export function versionOf(changes: Partial<RunnableVersion> = {}): RunnableVersion {
  return { memoryMb: 128, tmpMb: 512, environment: {}, ...changes } as RunnableVersion
}

export function startOf(
  image: RuntimeImage,
  version = versionOf(),
  more: Partial<FunctionStart> = {},
) {
  return {
    version,
    image,
    command: ['/bin/function', 'argument'],
    env: { NAME: "it's", ...version.environment },
    files: [{ source: '/code/1', target: '/var/task' }],
    ...more,
  }
}

export function setUp(budgetBytes = plenty) {
  const backend = new FakeBackend(() => undefined)
  const clock = new FakeClock()
  const { sandboxEnds, coldStarts } = new DataPlaneCounters(new Metrics())
  const ends = new SandboxEnds(silentLog, sandboxEnds)
  const pool = new SandboxPool({ backend, clock, budgetBytes, ends, coldStarts })
  /** Starts as many functions one after the other. */
  const startMany = async (count: number, start: FunctionStart): Promise<StartedSandbox[]> => {
    const started: StartedSandbox[] = []
    for (let each = 0; each < count; each += 1) started.push(await pool.start(start))
    return started
  }
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms)
    await settle()
  }
  /** What it was, of all that were ever made. */
  const numberOf = ({ sandbox }: StartedSandbox): number =>
    backend.processes.findIndex((process) => process.spec.id === sandbox.id)
  return {
    backend,
    clock,
    pool,
    sandboxEnds,
    coldStarts,
    startMany,
    pass,
    numberOf,
    refill: () => pass(refillDelayMs),
  }
}

export async function settle(): Promise<void> {
  for (let round = 0; round < 4; round += 1) await turn()
}
