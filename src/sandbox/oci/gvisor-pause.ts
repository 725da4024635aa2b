/**
 * Stops all that runs in a gVisor whose platform is systrap, where the control group's freezer would do harm.
 *
 * There a thread of each process of the function waits in the host's kernel for the sentry's word (seccomp's user
 * notification). Freezing interrupts that wait, the next word finds nobody, and the sentry kills the process. So the
 * sentry is told to stop the function's threads, and is stopped itself then: it uses 2 % of a processor for nothing.
 * Both commands take 20 ms each. Invariant: what is stopped can be killed. Called by: gvisor.ts.
 */
import { readFile, readdir } from 'node:fs/promises'
import type { Clock } from '../../kernel/clock.ts'
import { isGone, waitUntil } from '../cgroups/files.ts'
import { gvisorPauseTimeoutMs } from '../limits.ts'
import { run } from '../run.ts'
import type { Freezer, Outermost } from './runtime.ts'

/** As it calls itself, whatever its platform. */
const sentryName = 'runsc-sandbox'

export class GvisorPause implements Freezer {
  readonly #outermost: Outermost
  /** runsc and what it must be told, but for the verb and the container. */
  readonly #command: readonly string[]
  readonly #container: string
  readonly #clock: Clock
  /** Its number on the host, while it is stopped. */
  #sentry: number | undefined

  /** @param outermost whose only child is process 1 of the sandbox's pid namespace */
  constructor(outermost: Outermost, command: readonly string[], container: string, clock: Clock) {
    this.#outermost = outermost
    this.#command = command
    this.#container = container
    this.#clock = clock
  }

  async freeze(): Promise<void> {
    if (this.#sentry !== undefined) return
    // One that is still starting can be stopped when it has started.
    await this.#until('pause', () => this.#tell('pause'))
    const sentry = await this.#findSentry()
    if (sentry === undefined || !signal(sentry, 'SIGSTOP')) return
    this.#sentry = sentry
    await this.#until('stop', async () => / [TZX] /.test(await read(`/proc/${sentry}/stat`)))
  }

  async thaw(): Promise<void> {
    if (this.#sentry === undefined || !signal(this.#sentry, 'SIGCONT')) return
    this.#sentry = undefined
    await this.#until('resume', () => this.#tell('resume'))
  }

  /** @throws Error when it lasts too long; that the sandbox has ended is as good as done. */
  async #until(what: string, done: () => Promise<boolean>): Promise<void> {
    await waitUntil(this.#clock, gvisorPauseTimeoutMs, `to ${what} gVisor`, async () => {
      const { exitCode, signalCode } = this.#outermost
      return exitCode !== null || signalCode !== null || (await done())
    })
  }

  async #tell(verb: 'pause' | 'resume'): Promise<boolean> {
    const [inside] = await childrenOf(this.#outermost.pid)
    if (inside === undefined) return false
    const enter = ['--target', String(inside), '--user', '--net', '--pid', '--mount', '--']
    const words = [...enter, ...this.#command, verb, this.#container]
    return (await run('nsenter', words, '', gvisorPauseTimeoutMs)).code === 0
  }

  async #findSentry(): Promise<number | undefined> {
    const [inside] = await childrenOf(this.#outermost.pid)
    for (const pid of await childrenOf(inside)) {
      if ((await read(`/proc/${pid}/cmdline`)).startsWith(sentryName)) return pid
    }
    return undefined
  }
}

/** False when it is gone. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name)
    return true
  } catch (error) {
    if (!isGone(error)) throw error
    return false
  }
}

async function childrenOf(pid: number | undefined): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => [])
  const lists = tasks.map((task) => read(`/proc/${pid}/task/${task}/children`))
  return (await Promise.all(lists))
    .flatMap((list) => list.trim().split(' ').filter(Boolean))
    .map(Number)
}

/** Empty when it is gone. */
async function read(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(() => '')
}
