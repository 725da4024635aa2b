/**
 * Who runs first when there are fewer processors than work: the server before the functions.
 *
 * A function's processes run under SCHED_BATCH, so that the event which wakes one of them does not push the server
 * aside in the middle of a round; and the server's main thread, which every function waits for, is ten steps nicer to
 * itself. Shares of the processors among functions are the control groups' business and stay as they are. Measured
 * on 2 processors with 16 callers: 13,000 invocations a second with neither, 15,800 with SCHED_BATCH alone, 17,800
 * with both. Called by: backend.ts.
 */
import { access, constants } from 'node:fs/promises'
import os from 'node:os'
import type { Log } from '../../kernel/log.ts'

const stepsAhead = 10
const niceMin = -20
const chrt = '/usr/bin/chrt'

export class Precedence {
  /** Put before a command: what it starts yields to the server. Empty where the system has no `chrt`. */
  readonly yielding: readonly string[]
  readonly #ordinary: number

  private constructor(yielding: readonly string[], ordinary: number) {
    this.yielding = yielding
    this.#ordinary = ordinary
  }

  /** Puts this process's main thread ahead. Where that is not allowed, functions run as everything else does. */
  static async take(log: Log): Promise<Precedence> {
    const ordinary = os.getPriority()
    try {
      os.setPriority(Math.max(niceMin, ordinary - stepsAhead))
    } catch (error) {
      log.debug({ error: (error as Error).message }, 'the server runs no sooner than its functions')
    }
    const hasChrt = await access(chrt, constants.X_OK).then(
      () => true,
      () => false,
    )
    return new Precedence(hasChrt ? [chrt, '--batch', '0'] : [], ordinary)
  }

  /** A child begins with its parent's precedence. */
  giveBack(pid: number | undefined): void {
    if (pid === undefined) return
    try {
      os.setPriority(pid, this.#ordinary)
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
