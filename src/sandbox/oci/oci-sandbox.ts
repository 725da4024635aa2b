/**
 * One sandbox that an OCI runtime runs: its process, its control group, and what it was given.
 *
 * What it is not: it makes nothing; backend.ts does. Called by: backend.ts, and safe-sandbox.ts, which puts the calls in
 * order. Read next: ../cgroups/cgroups.ts.
 */
import { open } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import type { Duplex, Readable } from 'node:stream'
import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import { type Cgroup, type CgroupLimits, favoured } from '../cgroups/cgroups.ts'
import { Connections, drained } from '../child-streams.ts'
import { outputDrainMs, peakMemoryAgeMs, runtimeLogBytesMax } from '../limits.ts'
import type { SandboxNetwork } from '../network/networks.ts'
import type { RawSandbox } from '../safe-sandbox.ts'
import type { ReadOnlyMount, SandboxExit, SandboxSpec } from '../sandbox.ts'
import type { EnteredShell } from './entered-shell.ts'
import type { Precedence } from './precedence.ts'
import { readyDescriptor, saidReady } from './ready.ts'
import { type Freezer, type OciRuntime, logFile } from './runtime.ts'
import type { SandboxSlots } from './slots.ts'

export interface SandboxOptions {
  readonly clock: Clock
  readonly log: Log
}

/** What one sandbox is made of. */
export interface SandboxParts {
  readonly runtime: OciRuntime
  readonly shell: EnteredShell
  readonly cgroup: Cgroup
  readonly precedence: Precedence
  /** Those of its function. */
  readonly limits: CgroupLimits
  readonly network: SandboxNetwork
  readonly slots: SandboxSlots | undefined
  readonly bundle: string
  /** Removes every trace but the control group's processes. */
  readonly undo: AsyncDisposableStack
}

export class OciSandbox implements RawSandbox {
  readonly stdout: Readable
  readonly stderr: Readable
  readonly exited: Promise<SandboxExit>
  readonly #options: SandboxOptions
  readonly #parts: SandboxParts
  readonly #freezer: Freezer
  readonly #connections = new Connections()
  /** Resolves when its process runs; undefined for one that does not wait. */
  readonly #ready: Promise<void> | undefined
  #peak = { bytes: 0, readAtMs: -Infinity }
  #ended = false

  constructor(spec: SandboxSpec, options: SandboxOptions, parts: SandboxParts) {
    const { runtime, shell, cgroup, network, bundle } = parts
    const { process } = shell
    this.#freezer = runtime.freezer(process, bundle) ?? cgroup
    this.#options = options
    this.#parts = parts
    this.stdout = shell.stdout
    this.stderr = shell.stderr
    if (spec.runtimeApi === 'inherited') {
      this.#connections.add(process.stdio[3] as Socket)
      network.runtimeApi.on('connection', (connection: Socket) => connection.destroy())
    } else this.#connections.accept(network.runtimeApi)
    if (spec.waiting)
      this.#ready = saidReady(process.stdio[readyDescriptor(spec)] as Socket, options.clock)
    this.exited = shell.exited.then(({ code, signal }) =>
      this.#atExit(code, signal, join(bundle, logFile), spec),
    )
  }

  onConnection(listener: (connection: Duplex) => void): void {
    this.#connections.listen(listener)
  }

  async assign(mounts: readonly ReadOnlyMount[], input: string | undefined): Promise<void> {
    const { cgroup, limits, slots, shell } = this.#parts
    cgroup.limitCpu(limits)
    await this.#ready
    slots?.fill(mounts)
    if (input !== undefined) shell.process.stdin?.end(input)
  }

  peakMemoryBytes(): number {
    const nowMs = this.#options.clock.monotonicMs()
    if (this.#ended || nowMs - this.#peak.readAtMs < peakMemoryAgeMs) return this.#peak.bytes
    this.#peak = { bytes: this.#parts.cgroup.peakMemoryBytes(), readAtMs: nowMs }
    return this.#peak.bytes
  }

  cpuTimeMs(): number {
    return this.#parts.cgroup.cpuTimeMs()
  }

  favour(times: number): void {
    if (this.#ended) return
    const { cgroup, limits } = this.#parts
    try {
      cgroup.weighCpu(favoured(limits, times))
    } catch (error) {
      // It is gone, or the host will not have it: it has its own share then.
      this.#options.log.debug({ error }, 'a sandbox could not be favoured')
    }
  }

  letFinish(waits: boolean): void {
    const { cgroup, precedence } = this.#parts
    // Again for those that were just being started, by one that was still as before.
    for (let pass = 0; pass < 3 && !this.#ended; pass += 1)
      if (precedence.letFinish(cgroup.threads(), waits) === 0) return
  }

  async freeze(): Promise<void> {
    await this.#freezer.freeze()
  }

  async thaw(): Promise<void> {
    await this.#freezer.thaw()
  }

  async reclaim(): Promise<void> {
    await this.#parts.cgroup.reclaim()
  }

  async remove(): Promise<void> {
    // The shell may not have entered its group yet.
    this.#parts.shell.process.kill('SIGKILL')
    await this.#parts.cgroup.kill()
    await this.exited
    this.#connections.close()
    await drained(this.#parts.shell.process, this.#options.clock, outputDrainMs)
    // The first step of these kills and removes the group: until it has succeeded, the rest waits.
    await this.#parts.cgroup.remove()
    await this.#parts.undo.disposeAsync()
  }

  async #atExit(
    code: number | null,
    signal: NodeJS.Signals | null,
    logPath: string,
    spec: SandboxSpec,
  ): Promise<SandboxExit> {
    this.#peak.readAtMs = -Infinity
    this.peakMemoryBytes()
    this.#ended = true
    // Unreadable when the undertaker was faster; how the process ended is known all the same.
    const oomKills = await this.#parts.cgroup.oomKills().catch(() => 0)
    // All it had was needed, though what is left of it now is not.
    if (oomKills > 0) this.#peak.bytes = this.#parts.limits.memoryBytes
    const exit = this.#parts.runtime.decodeExit(code, signal, oomKills > 0)
    if (exit.code !== undefined && exit.code !== 0) {
      const said = await readStart(logPath)
      if (said !== '')
        this.#options.log.warn(
          { sandbox: spec.id, said },
          'the OCI runtime could not run the command',
        )
    }
    return exit
  }
}

/** The first bytes of a file, empty when it is not there. */
async function readStart(path: string): Promise<string> {
  try {
    await using file = await open(path)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(runtimeLogBytesMax), 0)
    return buffer.toString('utf8', 0, bytesRead).trim()
  } catch {
    return ''
  }
}
