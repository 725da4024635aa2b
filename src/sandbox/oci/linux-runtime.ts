/**
 * crun and runc: the sandbox is what the host's kernel makes of namespaces, mounts and a list of system calls.
 * Called by: backend.ts. Read next: config.ts (the isolation itself).
 */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../kernel/clock.ts'
import { run } from '../run.ts'
import { SandboxStartError } from '../sandbox.ts'
import type { SandboxExit, SandboxId } from '../sandbox.ts'
import { CompiledFilter } from './compiled-filter.ts'
import { ociConfig } from './config.ts'
import { decodeExit } from './exit.ts'
import { type Bundle, type OciRuntime, logFile } from './runtime.ts'
import { SealedProgram } from './sealed-program.ts'

export interface LinuxRuntimeOptions {
  readonly name: 'crun' | 'runc'
  /** Absolute path. */
  readonly program: string
  /** Of this server. */
  readonly directory: string
  readonly clock: Clock
}

export class LinuxRuntime implements OciRuntime {
  readonly showsLateMounts = true
  readonly canInherit = true
  readonly mountsAsUser = false
  readonly overhead = { memoryBytes: 0, processes: 0 }
  readonly #options: LinuxRuntimeOptions
  /** Of crun; runc has nothing of the kind. */
  readonly #filter: CompiledFilter | undefined
  /** Where it keeps what it knows of the sandboxes. */
  readonly #stateDirectory: string
  #checked: Promise<void> | undefined
  /** Of the program, where this host can run it; known once it is checked. */
  #sealed: SealedProgram | undefined

  constructor(options: LinuxRuntimeOptions) {
    this.#options = options
    this.#stateDirectory = join(options.directory, 'runtime')
    this.#filter = options.name === 'crun' ? new CompiledFilter(options.clock) : undefined
  }

  prepare(): Promise<void> {
    if (this.#checked) return this.#checked
    this.#checked = this.#check()
    this.#checked.catch(() => {
      this.#checked = undefined
    })
    return this.#checked
  }

  /** One that was built without the filter of system calls would leave it out, and not say so. */
  async #check(): Promise<void> {
    const { name, program, directory } = this.#options
    this.#sealed ??= SealedProgram.make(program, directory)
    if (this.#sealed && (await filtersCalls(this.#sealed.path))) return
    // A host may forbid to run what is in memory.
    this.#dropSealed()
    if (await filtersCalls(program)) return
    throw new SandboxStartError(
      `${program} was built without seccomp, so that functions would make system calls that they must not: ` +
        `install ${name} from your distribution, or choose --isolation process.`,
    )
  }

  async writeBundle({ directory, spec, options, descriptors }: Bundle): Promise<readonly string[]> {
    const { name } = this.#options
    const program = this.#sealed?.path ?? this.#options.program
    const stateDirectory = this.#stateDirectory
    const config = ociConfig(spec, {
      ...options,
      ...(this.#filter ? { annotations: this.#filter.annotations } : {}),
    })
    await writeFile(join(directory, 'config.json'), JSON.stringify(config))
    void this.#filter?.learn(join(stateDirectory, spec.id))
    return [
      ...[program, '--root', stateDirectory, '--log', join(directory, logFile)],
      ...(name === 'crun' ? ['--cgroup-manager=disabled'] : []),
      ...['run', '--preserve-fds', String(descriptors), '--bundle', directory, spec.id],
    ]
  }

  freezer(): undefined {}

  decodeExit(
    code: number | null,
    signal: NodeJS.Signals | null,
    outOfMemory: boolean,
  ): SandboxExit {
    return decodeExit(code, signal, outOfMemory)
  }

  /** It removes its state when it ends, but not when it is killed. */
  async forget(id: SandboxId): Promise<void> {
    await rm(join(this.#stateDirectory, id), { recursive: true, force: true })
  }

  #dropSealed(): void {
    this.#sealed?.[Symbol.dispose]()
    this.#sealed = undefined
  }

  [Symbol.dispose](): void {
    this.#dropSealed()
  }
}

async function filtersCalls(program: string): Promise<boolean> {
  const { stdout } = await run(program, ['--version'])
  return /\+SECCOMP|libseccomp/.test(stdout)
}
