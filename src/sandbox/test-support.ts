/** What the tests of this room share. Not imported by anything else. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { sleep, systemClock } from '../kernel/clock.ts'
import { randomHex } from '../kernel/ids.ts'
import { silentLog } from '../kernel/log.ts'
import { createBackend } from './index.ts'
import type { BackendOptions } from './index.ts'
import type { RuntimeName } from './oci/runtime.ts'
import { parseStat } from './proc.ts'
import type { Sandbox, SandboxBackend, SandboxExit, SandboxId, SandboxSpec } from './sandbox.ts'

export const fakeRuntimes = fileURLToPath(
  new URL('../../test/fixtures/fake-runtimes', import.meta.url),
)

/** Where the Node that runs the tests is inside a sandbox. */
export const node = '/var/lang/bin/node'

/** The back ends to hold against the port, by the name of the back end. */
export const backends = {
  crun: { kind: 'oci', runtime: 'crun' },
  runc: { kind: 'oci', runtime: 'runc' },
  runsc: { kind: 'oci', runtime: 'runsc' },
  process: { kind: 'process', runtime: 'crun' },
} as const

/** A reason to skip tests of real isolation on this machine, or false. */
export function whyNoOci(runtime: RuntimeName = 'crun'): string | false {
  if (process.getuid?.() !== 0) return 'needs root'
  try {
    execFileSync(runtime, ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return `needs ${runtime}`
  }
  if (runtime === 'runc' && existsSync('/sys/fs/cgroup/cgroup.controllers'))
    return 'needs cgroup v1 for runc'
  const hybrid = readFileSync('/proc/self/mountinfo', 'utf8').includes(' /sys/fs/cgroup/unified ')
  return hybrid && 'needs a mount namespace without /sys/fs/cgroup/unified (npm test makes one)'
}

export class TestBackend implements AsyncDisposable {
  readonly runDirectory: string
  readonly backend: SandboxBackend

  private constructor(runDirectory: string, backend: SandboxBackend) {
    this.runDirectory = runDirectory
    this.backend = backend
  }

  static async open(options: Partial<BackendOptions> = {}): Promise<TestBackend> {
    const runDirectory = options.runDirectory ?? (await newRunDirectory())
    const defaults = { kind: 'oci', runtime: 'crun', cpu: 'shared' } as const
    const rest = { runDirectory, log: silentLog, clock: systemClock }
    return new TestBackend(runDirectory, await createBackend({ ...defaults, ...rest, ...options }))
  }

  async start(command: readonly string[], spec: Partial<SandboxSpec> = {}): Promise<Sandbox> {
    return await this.backend.start(testSpec(command, spec))
  }

  /** Runs to the end. */
  async run(command: readonly string[], spec: Partial<SandboxSpec> = {}): Promise<Outcome> {
    const sandbox = await this.start(command, spec)
    const [exit, stdout, stderr] = await Promise.all([
      sandbox.exited,
      text(sandbox.stdout),
      text(sandbox.stderr),
    ])
    await sandbox.destroy('the test is over')
    return { exit, stdout, stderr, peakMemoryBytes: sandbox.peakMemoryBytes() }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.backend[Symbol.asyncDispose]()
    await rm(this.runDirectory, { recursive: true, force: true })
  }
}

export async function newRunDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'lambdad-sandbox-'))
  await chmod(directory, 0o711)
  return directory
}

export interface Outcome {
  readonly exit: SandboxExit
  readonly stdout: string
  readonly stderr: string
  readonly peakMemoryBytes: number
}

/** A spec whose mounts are Node at /var/lang and the fake runtimes at /var/task. */
export function testSpec(command: readonly string[], spec: Partial<SandboxSpec> = {}): SandboxSpec {
  return {
    id: `test-${randomHex(8)}` as SandboxId,
    command,
    env: { PATH: '/usr/bin:/bin' },
    workingDirectory: '/',
    mounts: [
      { source: dirname(dirname(process.execPath)), target: '/var/lang' },
      { source: fakeRuntimes, target: '/var/task' },
    ],
    memoryMb: 256,
    tmpMb: 16,
    runtimeApi: 'inherited',
    ...spec,
  }
}

/** The first connection of a sandbox. */
export function connection(sandbox: Sandbox): Promise<Duplex> {
  return new Promise((resolve) => sandbox.onConnection(resolve))
}

/** Reads until `length` bytes have come. */
export async function readBytes(stream: Duplex, length: number): Promise<string> {
  let bytes = ''
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    bytes += String(chunk)
    if (bytes.length >= length) break
  }
  return bytes
}

/** Processes whose control groups, in any hierarchy, have `name` in their path. */
export function processesInGroup(name: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => read(`/proc/${pid}/cgroup`).includes(name))
    .map(Number)
}

/** Directories of control groups that have `name` in theirs. */
export function groupDirectories(name: string): string[] {
  const groups: string[] = []
  const visit = (directory: string, depth: number) => {
    for (const entry of list(directory)) {
      const path = join(directory, entry)
      if (entry.includes(name)) groups.push(path)
      else if (depth > 0) visit(path, depth - 1)
    }
  }
  visit('/sys/fs/cgroup', 4)
  return groups
}

/** Processor time that a process has used, in clock ticks; 0 when it is gone. */
export function cpuTicks(pid: number): number {
  return parseStat(read(`/proc/${pid}/stat`)).cpuTicks
}

const policies: Readonly<Record<string, string>> = { 0: 'SCHED_OTHER', 3: 'SCHED_BATCH' }

/** How the kernel schedules the threads of processes whose control groups have `name` in their path. */
export function threadsOf(name: string): { policy: string; nice: number }[] {
  return processesInGroup(name)
    .flatMap((pid) =>
      list(`/proc/${pid}/task`).map((task) => read(`/proc/${pid}/task/${task}/stat`)),
    )
    .filter((stat) => stat !== '')
    .map((stat) => {
      // Source: proc_pid_stat(5), fields 19 and 41; the first after the parenthesis is the third.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const policy = fields[38] ?? ''
      return { policy: policies[policy] ?? policy, nice: Number(fields[16]) }
    })
}

/** Loop devices whose files lie, or have lain, where the path has `what` in it. */
export function loopDevicesOf(what: string): string[] {
  return readdirSync('/sys/block').filter((name) => imageOf(name).includes(what))
}

/** What the kernel calls the file behind a loop device: a name that no other ever had; empty when there is none. */
export function imageOf(device: string): string {
  return read(`/sys/block/${device}/loop/backing_file`)
}

/** Waits until those that nobody has keep no setting: other tests' servers take and give back the same devices. */
export async function unbounded(devices: readonly string[]): Promise<void> {
  while (devices.some(isBounded)) await sleep(systemClock, 20)
}

/** Whether a loop device that nobody has keeps a setting of ours. */
function isBounded(device: string): boolean {
  if (existsSync(`/sys/block/${device}/loop`)) return false
  return read(`/sys/block/${device}/bdi/strict_limit`).trim() === '1'
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
  } catch {
    return []
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
