/**
 * Makes network namespaces: loopback, sockets of ours that listen on it, and with egress a virtual wire to the
 * host, all in about a millisecond and without starting a process.
 *
 * The calling thread is in the new namespace while it works on it, and nothing asynchronous may happen then.
 * Invariant: the thread is back in the host's namespace when `make` returns or throws; what it made is then
 * either all in the result or gone. Called by: network-thread.ts. Read next: links.ts, libc.ts.
 *
 * Measured on two cores, processor time for each: this 0.4 ms without the wire and 1.1 ms with it; a process of
 * Node.js in each new namespace that listens and hands its sockets over 68 ms; one of Perl that makes them all,
 * with system calls by number, 0.4 ms and the wire still to be made by starting `ip` twice (2 ms each).
 */
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { assert } from '../../kernel/assert.ts'
import { SystemCallError } from '../c-library.ts'
import { runtimeApiAddress } from '../limits.ts'
import { SandboxStartError } from '../sandbox.ts'
import { chooseRange } from './address-range.ts'
import type { AddressRange } from './address-range.ts'
import * as libc from './libc.ts'
import * as links from './links.ts'
import { RouteSocket } from './netlink.ts'
import type { Message } from './netlink.ts'

const loopback = '127.0.0.1'
const dnsPort = 53
/** Of the calling thread, not of its process. */
const ownNamespace = '/proc/thread-self/ns/net'
/** Connections that wait to be accepted: what Node.js asks for, too. */
const backlog = 511

/** Descriptors; whoever gets them closes them. Those that listen are all of loopback inside. */
export interface NamespaceDescriptors {
  readonly namespace: number
  readonly runtimeApi: number
  readonly endpoint: number | undefined
  readonly dnsUdp: number
  readonly dnsTcp: number
}

export interface NamespaceOptions {
  /** Where lambdad's endpoint listens inside; undefined for nowhere. */
  readonly endpointPort: number | undefined
  /** Undefined for no way to the host. */
  readonly wire: WireOptions | undefined
}

export interface WireOptions {
  /** Begins the names of the host's ends. At most 11 characters. */
  readonly prefix: string
  /** Where addresses may come from, by preference. */
  readonly ranges: readonly string[]
}

export class NamespaceMaker implements Disposable {
  readonly #options: NamespaceOptions
  readonly #host: number
  readonly #routes: RouteSocket
  /** Undefined without egress. */
  readonly range: AddressRange | undefined
  /** Counts through the range, so that an address rests as long as possible before it is used again. */
  #next: number

  /**
   * @param start where in the range to begin: not where another server does
   * @throws SandboxStartError in words
   */
  constructor(options: NamespaceOptions, start: number) {
    this.#options = options
    libc.checkLibc()
    this.#host = openSync(ownNamespace, 'r')
    this.#routes = new RouteSocket()
    this.#next = start
    if (options.wire === undefined) return
    assert(options.wire.prefix.length <= 11, 'an interface name has 15 characters at most')
    const routes = links.foreignRoutes(this.#routes.request(links.listRoutes))
    this.range = chooseRange(routes, options.wire.ranges)
  }

  /** @throws SandboxStartError in words */
  make(): NamespaceDescriptors {
    const made: number[] = []
    try {
      const { routes, ...descriptors } = this.#makeLoopback((descriptor) => {
        made.push(descriptor)
        return descriptor
      })
      using inside = routes
      if (this.range !== undefined) this.#layWire(descriptors.namespace, inside, this.range)
      return descriptors
    } catch (error) {
      // With its last descriptor the namespace goes, and the wire with it.
      for (const descriptor of made) closeSync(descriptor)
      // The kernel's refusals, by whichever way; all others are ours.
      if (!(error instanceof Error && 'code' in error)) throw error
      throw new SandboxStartError(`A network namespace could not be made: ${error.message}.`)
    }
  }

  /** A namespace with its sockets, and one to configure it by. */
  #makeLoopback(
    keep: (descriptor: number) => number,
  ): NamespaceDescriptors & { readonly routes: RouteSocket } {
    libc.enterNewNetwork()
    try {
      using undo = new DisposableStack()
      const namespace = keep(openSync(ownNamespace, 'r'))
      const routes = undo.use(new RouteSocket())
      routes.request(links.linkUp(links.loopbackIndex))
      // Of the links to come; the loopback has its own.
      if (this.range !== undefined) disableIpv6('default')
      const { endpointPort } = this.#options
      const descriptors = {
        namespace,
        runtimeApi: keep(listenTcp(runtimeApiAddress.host, runtimeApiAddress.port)),
        endpoint: endpointPort === undefined ? undefined : keep(listenTcp(loopback, endpointPort)),
        dnsUdp: keep(bindUdp(loopback, dnsPort)),
        dnsTcp: keep(listenTcp(loopback, dnsPort)),
      }
      undo.move()
      return { ...descriptors, routes }
    } finally {
      // Should this fail, the thread is of no use any more and ends, which closes everything.
      libc.enterNetwork(this.#host)
    }
  }

  /** Between the host and the namespace, at the next free address. */
  #layWire(namespace: number, inside: RouteSocket, range: AddressRange): void {
    for (let tries = 0; tries < range.size; tries++) {
      const slot = this.#next++ % range.size
      const name = `${this.#options.wire?.prefix}${slot.toString(16).padStart(4, '0')}`
      if (!this.#isNew(links.newPair(name, namespace))) continue
      const host = links.linkIndex(this.#routes.request(links.getLink(name)))
      disableIpv6(name)
      this.#routes.request(links.linkUp(host))
      const address = range.at(slot)
      if (this.#isNew(links.routeTo(address, host))) {
        this.#routes.request(links.sandboxNeighbour(address, host))
        const sandbox = links.linkIndex(inside.request(links.getLink('eth0')))
        inside.request(links.linkUp(sandbox), ...links.sandboxSide(address, range.gateway, sandbox))
        return
      }
      this.#routes.request(links.deleteLink(host))
    }
    throw new SandboxStartError(`All ${range.size} addresses of ${range.text} are in use.`)
  }

  /** Makes something on the host; false when there is one of that name or address. */
  #isNew(message: Message): boolean {
    try {
      this.#routes.request(message)
      return true
    } catch (error) {
      if (error instanceof SystemCallError && error.code === 'EEXIST') return false
      throw error
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#host)
    this.#routes[Symbol.dispose]()
  }
}

function listenTcp(host: string, port: number): number {
  return opened(libc.socketType.stream, (descriptor) => {
    libc.bindIpv4(descriptor, host, port)
    libc.listen(descriptor, backlog)
  })
}

function bindUdp(host: string, port: number): number {
  return opened(libc.socketType.datagram, (descriptor) => libc.bindIpv4(descriptor, host, port))
}

function opened(type: number, prepare: (descriptor: number) => void): number {
  const descriptor = libc.openSocket(libc.family.inet, type, 0)
  try {
    prepare(descriptor)
    return descriptor
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}

/** @param link of the namespace that the thread is in; `default` is for those to come */
function disableIpv6(link: string): void {
  try {
    writeFileSync(`/proc/sys/net/ipv6/conf/${link}/disable_ipv6`, '1')
  } catch (error) {
    // A kernel without IPv6.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
