/**
 * One sandbox as the server makes them, from its start to its end: the proof of all other findings.
 *
 * It runs in a process of its own, in a mount namespace without cgroup v2 beside v1, as servers do, and in a network
 * namespace, so that the firewall that goes up and down with it is not the host's. Called by: app/doctor.ts.
 */
import { text } from 'node:stream/consumers'
import type { Clock } from '../../kernel/clock.ts'
import { randomHex } from '../../kernel/ids.ts'
import { silentLog } from '../../kernel/log.ts'
import { createBackend } from '../index.ts'
import { memoryMbMin } from '../limits.ts'
import type { SandboxId } from '../sandbox.ts'
import { SandboxStartError } from '../sandbox.ts'

export interface TrialOptions {
  readonly runtime: 'crun' | 'runc'
  /** As a server has it. */
  readonly runDirectory: string
  readonly clock: Clock
}

/** Any port of the sandbox's own loopback that is not in use there. */
const endpointPort = 4566

const words = 'it runs'

/**
 * @returns how long the sandbox took from its start to its end, ms
 * @throws SandboxStartError in words; nothing is left then
 */
export async function trySandbox({ runtime, runDirectory, clock }: TrialOptions): Promise<number> {
  await using backend = await createBackend({
    kind: 'oci',
    runtime,
    runDirectory,
    cpu: 'shared',
    network: {
      mode: 'egress',
      endpointPort,
      onEndpoint: (connection) => connection.destroy(),
    },
    log: silentLog,
    clock,
  })
  await backend.prepare()
  const startedMs = clock.monotonicMs()
  const sandbox = await backend.start({
    id: `trial-${randomHex(8)}` as SandboxId,
    command: ['/bin/sh', '-c', `echo ${words}`],
    env: { PATH: '/usr/bin:/bin' },
    workingDirectory: '/',
    mounts: [],
    memoryMb: memoryMbMin,
    tmpMb: 16,
    runtimeApi: 'tcp',
  })
  const [said, complaint, exit] = await Promise.all([
    text(sandbox.stdout),
    text(sandbox.stderr),
    sandbox.exited,
  ])
  await sandbox.destroy('the trial is over')
  if (said.trim() !== words)
    throw new SandboxStartError(
      `A sandbox was started and ended with ${exit.signal ?? exit.code}: ${complaint.trim()}`,
    )
  return clock.monotonicMs() - startedMs
}
