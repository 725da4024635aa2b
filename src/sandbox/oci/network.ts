/**
 * Network namespaces with nothing but loopback and, in each, a socket of ours that listens for the Runtime
 * API. The socket is the sandbox's identity: whoever connects to it is in that namespace.
 *
 * A process of Node's cannot enter a namespace, so a child is started in a new one, listens, and hands its
 * socket over. That costs the start of a Node (~40 ms), so that some are made ahead once the first was
 * asked for; one that waits costs two descriptors of the server and no process. Invariant: a namespace is
 * in `#spare` or owned by the sandbox that took it. Called by: backend.ts. Read next: network-helper.js.
 */
import { spawn } from 'node:child_process'
import { open } from 'node:fs/promises'
import type { Server } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { runtimeApiAddress, spareNetworks } from '../limits.ts'

const helperPath = fileURLToPath(new URL('network-helper.js', import.meta.url))

export interface LoopbackNetwork extends AsyncDisposable {
  /** By which another process joins the namespace, while this is not disposed of. */
  readonly path: string
  readonly server: Server
}

export class NetworkPool implements AsyncDisposable {
  readonly #spare: Promise<LoopbackNetwork>[] = []
  #ended = false

  /** @throws Error in words when one cannot be made */
  async take(): Promise<LoopbackNetwork> {
    const network = this.#spare.shift() ?? createNetwork()
    this.#refill()
    return await network
  }

  #refill(): void {
    while (!this.#ended && this.#spare.length < spareNetworks) {
      const network = createNetwork()
      this.#spare.push(network)
      // A failure is told to whoever needs one: it makes its own then.
      network.catch(() => this.#spare.splice(this.#spare.indexOf(network) >>> 0, 1))
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true
    const spare = await Promise.allSettled(this.#spare.splice(0))
    for (const network of spare)
      if (network.status === 'fulfilled') await network.value[Symbol.asyncDispose]()
  }
}

async function createNetwork(): Promise<LoopbackNetwork> {
  const { host, port } = runtimeApiAddress
  const script = 'ip link set lo up && exec "$@"'
  const command = [process.execPath, helperPath, host, String(port)]
  const helper = spawn('unshare', ['--net', '--', '/bin/sh', '-c', script, 'sh', ...command], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin' },
  })
  // Not 'close': Node does not emit it for a child whose channel we closed ourselves.
  const ended = new Promise<void>((resolve) => helper.once('exit', () => resolve()))
  const server = await new Promise<Server>((resolve, reject) => {
    helper.once('message', (_message, handle) => resolve(handle as Server))
    helper.once('error', reject)
    void text(helper.stderr!).then((said) =>
      reject(new Error(`a network namespace could not be made: ${said.trim()}`)),
    )
  })
  const namespace = await open(`/proc/${helper.pid}/ns/net`)
  helper.disconnect()
  // Until then its copy of the socket would take connections and answer none of them.
  await ended
  return {
    path: `/proc/${process.pid}/fd/${namespace.fd}`,
    server,
    async [Symbol.asyncDispose]() {
      await namespace.close()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
