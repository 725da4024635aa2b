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
/** BPF_RET, with which each program ends. */
const returnClass = 6
const nothing = Buffer.alloc(0)

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

  /**
   * Learns it from a sandbox that is about to start, unless it is known. Resolves when there is no more to look at.
   * @param state its directory of crun's
   */
  async learn(state: string): Promise<void> {
    if (this.#base64 !== undefined || this.#learning) return
    this.#learning = true
    await this.#watch(join(state, 'seccomp.bpf'))
    this.#learning = false
  }

  /** Looks often: the file is there as long as the sandbox is, which may be some milliseconds. */
  async #watch(file: string): Promise<void> {
    const startMs = this.#clock.monotonicMs()
    let seen = nothing
    while (this.#clock.monotonicMs() - startMs < compiledFilterMs) {
      await sleep(this.#clock, compiledFilterLookMs)
      const program = await readFile(file).catch(() => nothing)
      const isGone = program.length < seen.length
      if (isGone) break
      if (isWhole(program) && program.equals(seen)) {
        this.#base64 = program.toString('base64')
        break
      }
      seen = program
    }
  }
}

/** While it is written it grows page by page: beside this, it must not change from one look to the next. */
function isWhole(program: Buffer): boolean {
  const last = program.at(-instructionBytes)
  return program.length % instructionBytes === 0 && last !== undefined && (last & 7) === returnClass
}
