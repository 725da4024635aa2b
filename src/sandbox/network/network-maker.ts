/**
 * The server's end of the network thread: asks it for namespaces and has Node.js's servers on their sockets.
 *
 * Invariant: every descriptor that the thread hands over is owned by a `RawNetwork` or closed.
 * Called by: networks.ts. Read next: network-thread.ts.
 */
import { close } from 'node:fs'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { promisify } from 'node:util'
import { once } from 'node:events'
import { networkConnectionsMax } from '../limits.ts'
import { ThreadClient } from '../thread-client.ts'
import type { MakeValue, OpenValue, ThreadRequest, ThreadSettings } from './thread-protocol.ts'

const closeDescriptor = promisify(close)

export interface RawNetwork extends AsyncDisposable {
  readonly path: string
  readonly runtimeApi: Server
  readonly endpoint: Server | undefined
}

export class NetworkMaker implements AsyncDisposable {
  readonly #thread: ThreadClient<ThreadRequest>
  #numbers = 0

  /** Starts the thread. It needs `open` before anything else. */
  constructor(settings: ThreadSettings) {
    const entry = new URL('network-thread.ts', import.meta.url)
    // What it opens is closed here.
    const options = { workerData: settings, trackUnmanagedFds: false }
    this.#thread = new ThreadClient('network', entry, options)
  }

  /** Why the thread is no more, once it is. */
  get ended(): Error | undefined {
    return this.#thread.ended
  }

  /** @throws SandboxStartError when this host lacks something, with words on how to mend it */
  async open(): Promise<OpenValue> {
    return (await this.#thread.ask({ kind: 'open' })) as OpenValue
  }

  /** @throws SandboxStartError in words */
  async make(): Promise<RawNetwork> {
    const number = this.#numbers++
    const made = (await this.#thread.ask({ kind: 'make', number })) as MakeValue
    const undo = new AsyncDisposableStack()
    // Last, as the namespace lives as long as any socket in it.
    undo.defer(() => closeDescriptor(made.namespace))
    undo.defer(async () => {
      // A thread that has ended has closed its sockets.
      if (this.ended === undefined) await this.#thread.ask({ kind: 'drop', number })
    })
    const { runtimeApi, endpoint } = made
    return {
      path: `/proc/${process.pid}/fd/${made.namespace}`,
      runtimeApi: undo.use(await serve(runtimeApi)).server,
      endpoint: endpoint === undefined ? undefined : undo.use(await serve(endpoint)).server,
      [Symbol.asyncDispose]: () => undo.disposeAsync(),
    }
  }

  /** Answers what was asked for, and ends the thread. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread.close({ kind: 'close' })
  }
}

/** A server on a socket that listens already; its end is the end of its connections, too. */
async function serve(descriptor: number): Promise<AsyncDisposable & { readonly server: Server }> {
  const connections = new Set<Socket>()
  const server = createServer((connection) => {
    connections.add(connection)
    // Without a listener an error would end the server; the close that follows is what counts.
    connection.on('error', () => undefined)
    connection.once('close', () => connections.delete(connection))
  })
  server.maxConnections = networkConnectionsMax
  server.listen({ fd: descriptor })
  await once(server, 'listening')
  return {
    server,
    async [Symbol.asyncDispose]() {
      for (const connection of connections) connection.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
