/**
 * Who runs first when there are fewer processors than work: the server before the functions.
 *
 * The server's main thread, which every function waits for, is ten steps nicer to itself than its functions; and slices
 * are short, so that no function keeps another waiting for long, the server's the shortest, because the kernel lets
 * whoever has the shorter one go first. Shares of the processors among functions are the control groups' business and
 * stay as they are. SCHED_BATCH makes a function that is woken wait for whoever runs. At all times that would be too
 * much: beside a process of the host that computes it waits for the kernel's next tick at most calls. Who decides when:
 * dataplane/favours.ts. Called by: backend.ts, oci-sandbox.ts.
 */
import os from 'node:os'
import type { Log } from '../../kernel/log.ts'
import { openLibrary } from '../c-library.ts'

const stepsAhead = 10
const niceMin = -20
/**
 * What a task gets before it is another's turn. Linux takes it from 6.12 on; older ones have one figure for all tasks,
 * some milliseconds.
 */
const sliceNs = { server: 200_000n, functions: 1_000_000n } as const

/** Source: sched_setattr(2), linux/sched/types.h. */
const attributesBytes = 48
const resetOnFork = 1n
const setAttributes: Readonly<Record<string, bigint>> = { x64: 314n, arm64: 274n }

/** Source: sched(7), linux/sched.h. */
const policies = { ordinary: 0, batch: 3 } as const
/** Of struct sched_param, all there is: a priority, which is 0 in both. */
const noPriority = Buffer.alloc(4)

const definitions = {
  syscall: { arguments: ['i64', 'i64', 'pointer', 'i64'], return: 'i64' },
  sched_getscheduler: { arguments: ['i32'], return: 'i32' },
  sched_setscheduler: { arguments: ['i32', 'i32', 'pointer'], return: 'i32' },
} as const

export class Precedence {
  readonly #ordinary = os.getPriority()
  readonly #library = openLibrary(definitions)

  private constructor() {}

  /** Puts this process's main thread ahead. Where that is not allowed, functions run as everything else does. */
  static take(log: Log): Precedence {
    const precedence = new Precedence()
    const nice = Math.max(niceMin, precedence.#ordinary - stepsAhead)
    try {
      // On a busy machine `yieldFrom` comes when a child has children already: none may begin with our precedence.
      // 0 is the calling thread.
      precedence.#set(0, { nice, flags: resetOnFork, slice: sliceNs.server })
    } catch (error) {
      log.debug({ error: (error as Error).message }, 'the server runs no sooner than its functions')
    }
    return precedence
  }

  /** Of a child that was just spawned: it, and all that it starts, comes later. */
  yieldFrom(pid: number | undefined): void {
    if (pid === undefined) return
    try {
      this.#set(pid, { nice: this.#ordinary, flags: 0n, slice: sliceNs.functions })
    } catch {
      // It has ended already.
    }
  }

  /**
   * Of a sandbox's threads: whether they wait, once they are woken, for whoever runs. Their niceness and slices stay, and
   * so do other policies that a function has chosen, but for SCHED_BATCH, which cannot be told from ours. New ones are
   * as the one that starts them. @returns how many were not so before
   */
  letFinish(threads: readonly number[], waits: boolean): number {
    if (!this.#library) return 0
    const { sched_getscheduler: policyOf, sched_setscheduler: setPolicy } = this.#library.calls
    const [from, to] = waits
      ? [policies.ordinary, policies.batch]
      : [policies.batch, policies.ordinary]
    // A thread that has ended meanwhile has no policy. 0, one of another pid namespace, would be ourselves.
    let changed = 0
    for (const thread of threads) {
      if (thread > 0 && policyOf(thread) === from && setPolicy(thread, to, noPriority) === 0)
        changed += 1
    }
    return changed
  }

  /** The main thread is as it was. */
  [Symbol.dispose](): void {
    try {
      this.#set(0, { nice: this.#ordinary, flags: 0n, slice: 0n })
    } catch {
      // What was not allowed before is not undone now.
    }
  }

  /** @throws Error when it is not allowed, or there is no such process */
  #set(pid: number, { nice, flags, slice }: Attributes): void {
    const number = setAttributes[process.arch]
    if (!this.#library || number === undefined) {
      // Children would keep it.
      if (flags === 0n) os.setPriority(pid, nice)
      return
    }
    const { calls, check } = this.#library
    const attributes = Buffer.alloc(attributesBytes)
    attributes.writeUInt32LE(attributesBytes, 0)
    attributes.writeBigUInt64LE(flags, 8)
    attributes.writeInt32LE(nice, 16)
    attributes.writeBigUInt64LE(slice, 24)
    check('sched_setattr', Number(calls.syscall(number, BigInt(pid), attributes, 0n)))
  }
}

/** A part of struct sched_attr; the policy is the ordinary one. */
interface Attributes {
  readonly nice: number
  readonly flags: bigint
  /** ns; 0 is the kernel's own figure. */
  readonly slice: bigint
}
