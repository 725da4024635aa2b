/**
 * The streams of a sandbox's process, made safe to read whenever the reader pleases.
 * Called by: oci/backend.ts, process/backend.ts.
 */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Server, Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import type { Duplex, Readable } from 'node:stream'
import type { Clock } from '../kernel/clock.ts'

/**
 * What a child process writes, readable also after its end: Node throws away what nobody has read from
 * `child.stdout` when the child exits. Bounded: a reader that does not read makes the writer wait.
 */
export function keptOutput(stream: Readable): Readable {
  const kept = new PassThrough()
  stream.pipe(kept)
  // Not `pipeline`: a pipe that breaks must end the output, not destroy what has arrived of it.
  stream.once('error', () => kept.end())
  stream.once('close', () => kept.end())
  return kept
}

/** Connections to the Runtime API: hands each to the one listener, keeps those that come before it. */
export class Connections {
  readonly #waiting: Duplex[] = []
  readonly #open = new Set<Duplex>()
  #listener: ((connection: Duplex) => void) | undefined

  listen(listener: (connection: Duplex) => void): void {
    this.#listener = listener
    for (const connection of this.#waiting.splice(0)) listener(connection)
  }

  add(connection: Socket): void {
    this.#open.add(connection)
    connection.once('close', () => this.#open.delete(connection))
    // Without a listener an error would end the server; the close that follows is what counts.
    connection.on('error', () => undefined)
    if (this.#listener === undefined) this.#waiting.push(connection)
    else this.#listener(connection)
  }

  accept(server: Server): void {
    server.on('connection', (connection: Socket) => {
      connection.setNoDelay(true)
      this.add(connection)
    })
  }

  /** Ends all of them at once. */
  close(): void {
    for (const connection of this.#open) connection.destroy()
    this.#waiting.length = 0
  }
}

/**
 * Resolves when a dead child's output has all arrived; after `timeoutMs` its pipes are closed, since then
 * a process that has got away holds them open.
 */
export async function drained(
  child: Pick<ChildProcess, 'stdout' | 'stderr'>,
  clock: Clock,
  timeoutMs: number,
): Promise<void> {
  const outputs = [child.stdout, child.stderr].filter((stream) => stream !== null)
  const ends = outputs.map(async (stream) => {
    if (!stream.closed) await once(stream, 'close')
  })
  const timer = clock.after(timeoutMs, () => {
    for (const stream of outputs) stream.destroy()
  })
  await Promise.all(ends)
  timer.cancel()
}
