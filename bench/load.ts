/** The load client from the outside: one process for a whole run, so that all servers meet the same client. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { LoadJob, LoadResult } from './load-client.ts'
import { own, plainEnvironment, stop } from './processes.ts'

const program = fileURLToPath(new URL('./load-client.ts', import.meta.url))

export class LoadClient implements AsyncDisposable {
  readonly #child: ChildProcess

  constructor() {
    this.#child = own(fork(program, { serialization: 'advanced', env: plainEnvironment }))
  }

  /** One run at a time. @throws when the client ended instead of answering. */
  async run(job: LoadJob): Promise<LoadResult> {
    const gone = new AbortController()
    const ended = once(this.#child, 'exit', { signal: gone.signal }).then(
      () => {
        throw new Error('the load client ended')
      },
      () => undefined as never,
    )
    try {
      const answered = once(this.#child, 'message')
      this.#child.send(job)
      const [result] = await Promise.race([answered, ended])
      return result as LoadResult
    } finally {
      gone.abort()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await stop(this.#child)
  }
}
