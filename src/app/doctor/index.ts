/**
 * Looks at everything of the host that a server would use, without one: for `lambdad doctor`.
 *
 * Nothing is changed, with one exception: what dead servers have left is removed, as a start does. Invariant: the
 * rooms that decide give the findings, so that what is told here is what a start does. Called by:
 * cli/commands/doctor.ts. Read next: sandbox/probes/index.ts.
 */
import type { Clock } from '../../kernel/clock.ts'
import type { Finding } from '../../kernel/reports.ts'
import { sandboxRunDirectory } from '../../sandbox/index.ts'
import { examineSandboxing } from '../../sandbox/probes/index.ts'
import { whyNoTmpDisks } from '../../sandbox/probes/tmp-disks.ts'
import { trySandbox } from '../../sandbox/probes/trial.ts'
import { describeRuntimes } from '../runtimes.ts'
import { dataDirectoryFinding, nearestThere, portFinding, runDirectoryFinding } from './places.ts'
import { nodeRuntimesFinding, pythonRuntimesFinding } from './runtimes.ts'
import { type Trial, trialFindings } from './trial.ts'

export interface DoctorOptions {
  readonly dataDirectory: string
  readonly cacheDirectory: string
  readonly host: string
  readonly port: number
  readonly clock: Clock
  /** The command that runs `tryDefaultIsolation` in a process of its own. */
  readonly trialCommand: readonly string[]
}

export async function examineHost(options: DoctorOptions): Promise<Finding[]> {
  const { cacheDirectory } = options
  const sandboxing = await examineSandboxing()
  const runtimes = await describeRuntimes({ cacheDirectory, runtimeFallback: true })
  return [
    ...sandboxing,
    await runDirectoryFinding(sandboxRunDirectory),
    ...(await trialFindings(sandboxing, options.trialCommand)),
    await dataDirectoryFinding(options.dataDirectory),
    await portFinding(options.host, options.port, options.clock),
    await nodeRuntimesFinding(runtimes),
    pythonRuntimesFinding(runtimes),
  ]
}

/**
 * What the process that tries does, in namespaces of its own.
 * @throws SandboxStartError in words
 */
export async function tryDefaultIsolation(dataDirectory: string, clock: Clock): Promise<Trial> {
  const runDirectory = sandboxRunDirectory
  const tookMs = await trySandbox({ runtime: 'crun', runDirectory, clock })
  const noTmpDisks = await whyNoTmpDisks(await nearestThere(dataDirectory), runDirectory)
  return { tookMs, noTmpDisks }
}
