/**
 * Where functions reach lambdad: a port of their sandbox's own loopback, whose connections end up here, or, for plain
 * processes, which share the host's loopback, the server's own address.
 *
 * The back end needs the port before the gateway listens, and functions run only after it does. Called by: server.ts,
 * rooms.ts. Read next: sandbox/network/networks.ts, gateway/gateway.ts (`accept`).
 */
import type { Socket } from 'node:net'
import type { Gateway } from '../gateway/gateway.ts'
import type { ServerConfig } from '../kernel/config.ts'

/** Inside a sandbox nobody else has ports: what tools expect, when the server was given any free port. */
const usualPort = 4566

export class FunctionEndpoint {
  readonly port: number
  readonly #config: ServerConfig
  #gateway: Pick<Gateway, 'url' | 'accept'> | undefined

  constructor(config: ServerConfig) {
    this.#config = config
    this.port = config.port === 0 ? usualPort : config.port
  }

  /** As functions have it in AWS_ENDPOINT_URL; undefined where they have no network. */
  get url(): string | undefined {
    const { isolation, network } = this.#config
    if (isolation === 'process') return this.#gateway?.url
    return network === 'none' ? undefined : `http://127.0.0.1:${this.port}`
  }

  /** From now on connections are served. */
  serve(gateway: Pick<Gateway, 'url' | 'accept'>): void {
    this.#gateway = gateway
  }

  connect(connection: Socket): void {
    if (this.#gateway) this.#gateway.accept(connection)
    else connection.destroy()
  }
}
