/**
 * Who runs first when there are fewer processors than work: the server before the functions.
 *
 * A function's processes run under SCHED_BATCH, so that the event which wakes one of them does not push the server
 * aside in the middle of a round; in short slices, so that none of them keeps another waiting for long; and the
 * server's main thread, which every function waits for, is ten steps nicer to itself. Shares of the processors among
 * functions are the control groups' business and stay as they are. Called by: backend.ts.
 */
import os from 'node:os'
import type { Log } from '../../kernel/log.ts'
import { type Library, openLibrary } from '../c-library.ts'

const stepsAhead = 10
const niceMin = -20
/** Linux 6.12 takes it for what a task gets before another's turn; older ones have one figure for all, some ms. */
const sliceNs = 100_000n

/** Source: sched_setattr(2), linux/sched/types.h. */
const schedBatch = 3
const attributesBytes = 48
const setAttributes: Readonly<Record<string, bigint>> = { x64: 314n, arm64: 274n }

const definitions = {
  syscall: { arguments: ['i64', 'i64', 'pointer', 'i64'], return: 'i64' },
} as const

export class Precedence {
  readonly #ordinary: number
  readonly #library = openLibrary(definitions)

  private constructor(ordinary: number) {
    this.#ordinary = ordinary
  }

  /** Puts this process's main thread ahead. Where that is not allowed, functions run as everything else does. */
  static take(log: Log): Precedence {
    const ordinary = os.getPriority()
    try {
      os.setPriority(Math.max(niceMin, ordinary - stepsAhead))
    } catch (error) {
      log.debug({ error: (error as Error).message }, 'the server runs no sooner than its functions')
    }
    return new Precedence(ordinary)
  }

  /** Of a child that was just spawned, and begins with its parent's precedence: it, and all it starts, yields. */
  yieldFrom(pid: number | undefined): void {
    if (pid === undefined) return
    try {
      if (!this.#library || !yields(this.#library, pid, this.#ordinary)) {
        os.setPriority(pid, this.#ordinary)
      }
    } catch {
      // It has ended already.
    }
  }

  /** The main thread is as it was. */
  [Symbol.dispose](): void {
    try {
      os.setPriority(this.#ordinary)
    } catch {
      // What was not allowed before is not undone now.
    }
  }
}

/** False where the kernel does not know the call. */
function yields({ calls }: Library<typeof definitions>, pid: number, nice: number): boolean {
  const number = setAttributes[process.arch]
  if (number === undefined) return false
  const attributes = Buffer.alloc(attributesBytes)
  attributes.writeUInt32LE(attributesBytes, 0)
  attributes.writeUInt32LE(schedBatch, 4)
  attributes.writeInt32LE(nice, 16)
  attributes.writeBigUInt64LE(sliceNs, 24)
  return calls.syscall(number, BigInt(pid), attributes, 0n) === 0n
}
