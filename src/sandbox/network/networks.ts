/**
 * The networks of sandboxes: each a network namespace of its own, some of them made ahead.
 *
 * Inside, on loopback: the Runtime API, lambdad's own endpoint and a nameserver. All three are sockets of the
 * server's: the socket is the sandbox's identity, and nothing of it crosses a wire. The wire that there is with
 * egress leads out only. Invariant: a network is in the pool or owned by whoever took it, and the firewall
 * stands as long as any of them. Called by: ../oci/backend.ts. Read next: namespace.ts, firewall.ts.
 */
import { createHash } from 'node:crypto'
import type { Server, Socket } from 'node:net'
import type { Log } from '../../kernel/log.ts'
import { runtimeApiAddress, sandboxRanges } from '../limits.ts'
import { SandboxStartError } from '../sandbox.ts'
import { anyWirePrefix, raiseFirewall, takeDownFirewall } from './firewall.ts'
import { NetworkMaker } from './network-maker.ts'
import { NetworkPool } from './network-pool.ts'
import type { Nameserver } from './nameservers.ts'
import type { NetworkMode } from './thread-protocol.ts'

export type { NetworkMode } from './thread-protocol.ts'

export interface SandboxNetwork extends AsyncDisposable {
  /** By which another process joins the namespace, while this is not disposed of. */
  readonly path: string
  /** Listens at the Runtime API's address inside. Disposal ends its connections. */
  readonly runtimeApi: Server
}

/** See `createNetworks`. */
export interface Networks extends AsyncDisposable {
  /** One of the pool, or a new one. @throws SandboxStartError in words */
  take(): Promise<SandboxNetwork>
}

/** What the network of all sandboxes of a server is like. */
export interface NetworkChoice {
  readonly mode: NetworkMode
  /** Where functions find lambdad on their loopback, but in mode `none`. */
  readonly endpointPort: number
  /** A program inside has connected to lambdad's endpoint. */
  readonly onEndpoint: (connection: Socket) => void
  /** Instead of the host's nameservers. */
  readonly nameservers?: readonly Nameserver[]
}

export interface NetworkOptions extends NetworkChoice {
  /** Unique on this host, ever. */
  readonly serverId: string
  /** How many are kept ahead. */
  readonly spare: number
  /** Tells the undertaker what to remove, before it is made; see `ServerHome.register`. */
  readonly register: (lines: readonly string[]) => Promise<void>
  readonly log: Log
}

/** Ports of each sandbox's loopback that are in use for something else. */
const reservedPorts = [53, runtimeApiAddress.port]

/** What can be known without making any. @throws SandboxStartError in words */
export function checkNetworkChoice({ mode, endpointPort }: NetworkChoice): void {
  if (mode !== 'none' && reservedPorts.includes(endpointPort))
    throw new SandboxStartError(
      `Functions find their Runtime API or their nameserver at port ${endpointPort}, and would find lambdad ` +
        'there, too: choose another --port.',
    )
}

/**
 * Disposal removes all that is not taken, and the firewall: whoever has taken networks disposes of them before.
 * @throws SandboxStartError when the host lacks something, with words on how to mend it; nothing is left then
 */
export async function createNetworks(options: NetworkOptions): Promise<Networks> {
  const { mode, endpointPort, serverId, register, log } = options
  checkNetworkChoice(options)
  const table = `lambdad_${serverId.replaceAll(/\W/g, '_')}`
  const hash = createHash('sha256').update(serverId).digest('hex')
  const wirePrefix = `${anyWirePrefix}${hash.slice(0, 6)}`
  const settings = { mode, endpointPort, wirePrefix, nameservers: options.nameservers }

  await using undo = new AsyncDisposableStack()
  const maker = undo.use(new NetworkMaker({ ...settings, ranges: sandboxRanges }))
  const { range } = await maker.open()
  if (range !== undefined) {
    await register([`network ${table}`])
    await raiseFirewall({ table, wirePrefix, range }, log)
    undo.defer(() => takeDownFirewall(table))
  }
  const restart = async (): Promise<NetworkMaker> => {
    // The firewall knows this range and no other.
    const ranges = range === undefined ? [] : [range]
    const another = new NetworkMaker({ ...settings, ranges })
    try {
      await another.open()
      return another
    } catch (error) {
      await another[Symbol.asyncDispose]()
      throw error
    }
  }
  const pool = undo.use(new NetworkPool({ ...options, maker, restart }))
  // What cannot be made is to be known at the start, not at the first invocation.
  await pool.fill()
  const owned = undo.move()
  return {
    take: () => pool.take(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
