/**
 * Keeps some networks ahead, and the thread that makes them alive.
 *
 * Made ahead because a network takes a millisecond of a thread that others wait for, too, and ten when the kernel
 * is busy removing some; one that waits costs five descriptors of the server and no process.
 * Invariant: a network is in `#spare` or owned by whoever took it. Called by: networks.ts.
 */
import type { Server, Socket } from 'node:net'
import type { Log } from '../../kernel/log.ts'
import { SandboxStartError } from '../sandbox.ts'
import type { SandboxNetwork } from './networks.ts'

/** A network maker, as far as the pool knows it. */
export interface Maker extends AsyncDisposable {
  /** Why it makes no more, once it does not. */
  readonly ended: Error | undefined
  make(): Promise<SandboxNetwork & { readonly endpoint: Server | undefined }>
}

export interface PoolOptions {
  readonly maker: Maker
  /** Another maker, when one has ended by itself. */
  readonly restart: () => Promise<Maker>
  readonly spare: number
  readonly onEndpoint: (connection: Socket) => void
  readonly log: Log
}

export class NetworkPool implements AsyncDisposable {
  readonly #options: PoolOptions
  readonly #spare: Promise<SandboxNetwork>[] = []
  #maker: Promise<Maker>
  #ended = false

  constructor(options: PoolOptions) {
    this.#options = options
    this.#maker = Promise.resolve(options.maker)
  }

  /** Resolves when the first is there. @throws SandboxStartError when none can be made */
  async fill(): Promise<void> {
    const first = await this.#make()
    this.#spare.push(Promise.resolve(first))
    this.#refill()
  }

  /** @throws SandboxStartError */
  async take(): Promise<SandboxNetwork> {
    const network = this.#spare.shift() ?? this.#make()
    this.#refill()
    return await network
  }

  #refill(): void {
    while (!this.#ended && this.#spare.length < this.#options.spare) {
      const network = this.#make()
      this.#spare.push(network)
      // A failure is told to whoever needs one: it makes its own then.
      network.catch(() => {
        const index = this.#spare.indexOf(network)
        if (index >= 0) void this.#spare.splice(index, 1)
      })
    }
  }

  async #make(): Promise<SandboxNetwork> {
    this.#maker = this.#maker.then((maker) => this.#living(maker))
    const maker = await this.#maker
    try {
      const network = await maker.make()
      network.endpoint?.on('connection', this.#options.onEndpoint)
      return network
    } catch (error) {
      if (error instanceof SandboxStartError) throw error
      throw new SandboxStartError(`A sandbox has no network: ${wordsOf(error)}`)
    }
  }

  /** Never rejects: a dead maker is given back when there is no other, and the next request tries again. */
  async #living(maker: Maker): Promise<Maker> {
    if (maker.ended === undefined || this.#ended) return maker
    const { log, restart } = this.#options
    log.error({ error: maker.ended }, 'starting another network thread; sandboxes lose their DNS')
    try {
      const fresh = await restart()
      await maker[Symbol.asyncDispose]()
      return fresh
    } catch (error) {
      log.error({ error }, 'no network thread could be started')
      return maker
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true
    const spare = await Promise.allSettled(this.#spare.splice(0))
    for (const network of spare)
      if (network.status === 'fulfilled') await network.value[Symbol.asyncDispose]()
    const maker = await this.#maker
    await maker[Symbol.asyncDispose]()
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
