/**
 * Networks that are made when they are wanted: the firewall and the first of them take longer than the rest of a
 * server's start, and nothing but sandboxes needs them. Called by: ../oci/backend.ts. Read next: networks.ts.
 */
import {
  type NetworkOptions,
  type Networks,
  type SandboxNetwork,
  createNetworks,
} from './networks.ts'

export class NetworksOnDemand implements Networks {
  readonly #create: () => Promise<Networks>
  #networks: Promise<Networks> | undefined
  #ended = false

  constructor(options: NetworkOptions, create = createNetworks) {
    this.#create = () => create(options)
  }

  /** Begins, if nobody has before, and resolves when there are some. @throws SandboxStartError in words */
  async prepare(): Promise<void> {
    await this.#made()
  }

  async take(): Promise<SandboxNetwork> {
    const networks = await this.#made()
    return await networks.take()
  }

  #made(): Promise<Networks> {
    if (this.#networks) return this.#networks
    if (this.#ended) return Promise.reject(new Error('the networks are gone'))
    this.#networks = this.#create()
    // Whoever comes later may have more luck: nothing is left of what has failed.
    this.#networks.catch(() => {
      this.#networks = undefined
    })
    return this.#networks
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true
    const networks = await this.#networks?.catch(() => undefined)
    await networks?.[Symbol.asyncDispose]()
  }
}
