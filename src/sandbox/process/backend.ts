/**
 * "Sandboxes" without isolation: the command as a plain child process of the server, for hosts without
 * root, control groups or an OCI runtime. Never chosen silently.
 *
 * What it is not: a sandbox. The process sees the host's files as the server's user, memory and /tmp are
 * not limited, and a process that leaves its session (a daemon) outlives it. Invariant: the command runs only
 * once its process group is on record for the undertaker. Called by: ../index.ts. Read next: paths.ts.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { join } from 'node:path'
import type { Duplex, Readable } from 'node:stream'
import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import { waitUntil } from '../cgroups/files.ts'
import { Connections, drained, keptOutput } from '../child-streams.ts'
import { freezeTimeoutMs, outputDrainMs, peakMemoryAgeMs, removeTimeoutMs } from '../limits.ts'
import type { RawBackend, RawSandbox } from '../safe-sandbox.ts'
import type { SandboxExit, SandboxSpec } from '../sandbox.ts'
import { parseStat } from '../proc.ts'
import { openServerHome } from '../server-home.ts'
import type { ServerHome } from '../server-home.ts'
import { onHost } from './paths.ts'

export interface ProcessBackendOptions {
  readonly runDirectory: string
  readonly log: Log
  readonly clock: Clock
}

/**
 * Tells the undertaker of the process group, then becomes the command. The process does it by itself: a server
 * that is killed while it spawns could not any more, and a process that comes too late for the undertaker
 * finds no directory to write into, and ends. What shells add to the environment is taken away by env(1).
 */
const recordScript =
  'record=$1; shift; read -r stat </proc/$$/stat && echo "$stat" >"$record" && exec "$@"'

export async function createProcessBackend(options: ProcessBackendOptions): Promise<RawBackend> {
  options.log.warn(
    {},
    'NO ISOLATION: functions run as plain processes of this user, see all its files and its network, ' +
      'and no memory limit, CPU share or size of /tmp holds. For code you trust only.',
  )
  return new ProcessBackend(options, await openServerHome(options.runDirectory, options.log))
}

class ProcessBackend implements RawBackend {
  readonly name = 'process'
  readonly canWait = false
  readonly canInherit = true
  readonly #options: ProcessBackendOptions
  readonly #home: ServerHome

  constructor(options: ProcessBackendOptions, home: ServerHome) {
    this.#options = options
    this.#home = home
  }

  /** There is nothing to make. */
  prepare(): Promise<void> {
    return Promise.resolve()
  }

  async start(spec: SandboxSpec): Promise<RawSandbox> {
    const directory = join(this.#home.directory, 'sandboxes', spec.id)
    const undo = new AsyncDisposableStack()
    undo.defer(() => rm(directory, { recursive: true, force: true }))
    try {
      await mkdir(directory)
      const { command, workingDirectory, ...mapped } = onHost(spec)
      const env: Record<string, string> = { ...mapped.env }
      const server = spec.runtimeApi === 'tcp' ? await listen() : undefined
      if (server !== undefined) {
        undo.defer(() => new Promise((resolve) => server.close(() => resolve())))
        // Port 9001 of the host is one; every sandbox needs its own.
        const { port } = server.address() as AddressInfo
        env['AWS_LAMBDA_RUNTIME_API'] = `127.0.0.1:${port}`
      }
      const added = ['PWD', 'OLDPWD', 'SHLVL', '_'].filter((name) => env[name] === undefined)
      const cleaned = ['/usr/bin/env', ...added.flatMap((name) => ['-u', name]), ...command]
      const record = join(directory, 'process')
      const child = spawn('/bin/sh', ['-c', recordScript, 'sh', record, ...cleaned], {
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe', ...(server === undefined ? (['pipe'] as const) : [])],
        env,
        cwd: workingDirectory,
      })
      const sandbox = new ProcessSandbox(this.#options.clock, child, record, server, undo)
      await once(child, 'spawn')
      return sandbox
    } catch (error) {
      await undo.disposeAsync()
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#home[Symbol.asyncDispose]()
  }
}

async function listen(): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

class ProcessSandbox implements RawSandbox {
  readonly stdout: Readable
  readonly stderr: Readable
  readonly exited: Promise<SandboxExit>
  readonly #clock: Clock
  readonly #child: ChildProcess
  /** The file in which it puts itself on record. */
  readonly #record: string
  readonly #undo: AsyncDisposableStack
  readonly #connections = new Connections()
  #peak = { bytes: 0, readAtMs: -Infinity }

  constructor(
    clock: Clock,
    child: ChildProcess,
    record: string,
    server: Server | undefined,
    undo: AsyncDisposableStack,
  ) {
    this.#clock = clock
    this.#child = child
    this.#record = record
    this.#undo = undo
    this.stdout = keptOutput(child.stdout!)
    this.stderr = keptOutput(child.stderr!)
    if (server !== undefined) this.#connections.accept(server)
    const inherited = child.stdio[3]
    if (inherited) this.#connections.add(inherited as Socket)
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        resolve({ code: code ?? undefined, signal: signal ?? undefined, outOfMemory: false })
      })
    })
  }

  onConnection(listener: (connection: Duplex) => void): void {
    this.#connections.listen(listener)
  }

  assign(): Promise<void> {
    return Promise.reject(new Error('a process on the host waits for nothing'))
  }

  /** Here nobody has a share that could be another one. */
  cpuTimeMs(): number {
    return 0
  }

  favour(): void {}

  letFinish(): void {}

  /** Of the first process alone: the kernel keeps no peak for a group. */
  peakMemoryBytes(): number {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#peak.readAtMs < peakMemoryAgeMs) return this.#peak.bytes
    const bytes = Math.max(this.#peak.bytes, readPeak(this.#child.pid ?? 0))
    this.#peak = { bytes, readAtMs: nowMs }
    return bytes
  }

  async freeze(): Promise<void> {
    // Stopped before it is on record, it would escape the undertaker.
    await waitUntil(this.#clock, freezeTimeoutMs, 'a record of the process', async () => {
      const { exitCode, signalCode } = this.#child
      if (exitCode !== null || signalCode !== null) return true
      return (await stat(this.#record).catch(() => ({ size: 0 }))).size > 0
    })
    await this.#signalAll('SIGSTOP')
  }

  async thaw(): Promise<void> {
    await this.#signalAll('SIGCONT')
  }

  /** The kernel takes pages from processes when it needs them, and not for the asking. */
  reclaim(): Promise<void> {
    return Promise.resolve()
  }

  async remove(): Promise<void> {
    await waitUntil(this.#clock, removeTimeoutMs, `end of process ${this.#child.pid}`, async () => {
      return (await this.#signalAll('SIGKILL')) === 0
    })
    await this.exited
    this.#connections.close()
    await drained(this.#child, this.#clock, outputDrainMs)
    await this.#undo.disposeAsync()
  }

  /** To every process of the session that our child leads. Resolves to how many there were. */
  async #signalAll(signal: NodeJS.Signals): Promise<number> {
    const members = await sessionMembers(this.#child.pid ?? 0)
    for (const pid of members) {
      try {
        process.kill(pid, signal)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
      }
    }
    return members.length
  }
}

/** Living processes whose session `leader` leads: more than the process group, which they may leave. */
async function sessionMembers(leader: number): Promise<number[]> {
  const members: number[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')
    const { alive, session } = parseStat(text)
    if (alive && session === leader) members.push(Number(name))
  }
  return members
}

function readPeak(pid: number): number {
  try {
    const match = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return match === null ? 0 : Number(match[1]) * 1024
  } catch {
    return 0
  }
}
