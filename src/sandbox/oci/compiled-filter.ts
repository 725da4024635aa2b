/**
 * The list of system calls as crun has compiled it once, for all sandboxes after the first.
 *
 * crun compiles it anew for each (3 ms, half of what a start takes) unless it is given the result, which it leaves
 * beside the state of a sandbox. The list is the same for all. Source: crun(1), `run.oci.seccomp_bpf_data`, to which
 * `linux.seccomp` must be there as well. Called by: backend.ts. See seccomp.ts.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../kernel/clock.ts'
import { sleep } from '../../kernel/clock.ts'
import { compiledFilterLookMs, compiledFilterMs } from '../limits.ts'

/** sizeof(struct sock_filter). Source: linux/filter.h. */
const instructionBytes = 8

export class CompiledFilter {
  readonly #clock: Clock
  #base64: string | undefined
  #learning = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** For the configuration of a sandbox: nothing until one has been learnt from. */
  get annotations(): Readonly<Record<string, string>> {
    return this.#base64 === undefined ? {} : { 'run.oci.seccomp_bpf_data': this.#base64 }
  }

  /** Learns it from a sandbox that has just been told to start. @param state its directory of crun's */
  learn(state: string): void {
    if (this.#base64 !== undefined || this.#learning) return
    this.#learning = true
    void this.#watch(join(state, 'seccomp.bpf'))
  }

  /** Looks often: the file is there as long as the sandbox is, which may be some milliseconds. */
  async #watch(file: string): Promise<void> {
    const startMs = this.#clock.monotonicMs()
    while (this.#base64 === undefined && this.#clock.monotonicMs() - startMs < compiledFilterMs) {
      await sleep(this.#clock, compiledFilterLookMs)
      await this.#read(file)
    }
    this.#learning = false
  }

  /** crun writes it with one write, so it is not there or whole; a sandbox that is gone by then teaches nothing. */
  async #read(file: string): Promise<void> {
    const program = await readFile(file).catch(() => Buffer.alloc(0))
    if (program.length > 0 && program.length % instructionBytes === 0)
      this.#base64 = program.toString('base64')
  }
}
