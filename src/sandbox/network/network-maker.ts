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
import { Worker } from 'node:worker_threads'
import { once } from 'node:events'
import { networkConnectionsMax } from '../limits.ts'
import { SandboxStartError } from '../sandbox.ts'
import type {
  MakeValue,
  OpenValue,
  ThreadReply,
  ThreadRequest,
  ThreadSettings,
} from './thread-protocol.ts'

const closeDescriptor = promisify(close)

export interface RawNetwork extends AsyncDisposable {
  readonly path: string
  readonly runtimeApi: Server
  readonly endpoint: Server | undefined
}

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

export class NetworkMaker implements AsyncDisposable {
  readonly #worker: Worker
  readonly #exited: Promise<void>
  readonly #waiting: Waiting[] = []
  #numbers = 0
  #ended: Error | undefined

  /** Starts the thread. It needs `open` before anything else. */
  constructor(settings: ThreadSettings) {
    this.#worker = new Worker(new URL('network-thread.ts', import.meta.url), {
      workerData: settings,
      name: 'network',
      // What it opens is closed here.
      trackUnmanagedFds: false,
    })
    this.#worker.unref()
    this.#worker.on('message', (reply: ThreadReply) => this.#settle(reply))
    this.#worker.on('error', (error) => this.#end(wordsOf(error)))
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#end('it was stopped')
        resolve()
      })
    })
  }

  /** Why the thread is no more, once it is. */
  get ended(): Error | undefined {
    return this.#ended
  }

  /** @throws SandboxStartError when this host lacks something, with words on how to mend it */
  async open(): Promise<OpenValue> {
    return (await this.#request({ kind: 'open' })) as OpenValue
  }

  /** @throws SandboxStartError in words */
  async make(): Promise<RawNetwork> {
    const number = this.#numbers++
    const made = (await this.#request({ kind: 'make', number })) as MakeValue
    const undo = new AsyncDisposableStack()
    // Last, as the namespace lives as long as any socket in it.
    undo.defer(() => closeDescriptor(made.namespace))
    undo.defer(async () => {
      // A thread that has ended has closed its sockets.
      if (this.#ended === undefined) await this.#request({ kind: 'drop', number })
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
    if (this.#ended === undefined) await this.#request({ kind: 'close' })
    await this.#worker.terminate()
    await this.#exited
  }

  #request(request: ThreadRequest): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#worker.postMessage(request)
      // It keeps the server from ending only while somebody waits for it.
      this.#worker.ref()
    })
  }

  #settle(reply: ThreadReply): void {
    const waiting = this.#waiting.shift()
    if (this.#waiting.length === 0) this.#worker.unref()
    if ('value' in reply) waiting?.resolve(reply.value)
    else if (reply.isStart) waiting?.reject(new SandboxStartError(reply.failure))
    else waiting?.reject(new Error(reply.failure))
  }

  /** The first reason is kept: an exit follows every error. */
  #end(why: string): void {
    this.#ended ??= new Error(`the network thread has ended: ${why}`)
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#ended)
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

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
