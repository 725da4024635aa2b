/**
 * What we ask of the kernel's network configuration, in the words of rtnetlink(7): veth pairs, their addresses,
 * routes and neighbours.
 *
 * Neither end of a pair speaks ARP: both have fixed hardware addresses, each is told the other's, and so nothing
 * a sandbox sends can grow the neighbour table that it shares with the whole host. The host's end has no address
 * of its own. Called by: namespace.ts. Read next: netlink.ts (the wire), address-range.ts (which addresses).
 */
import { assert } from '../../kernel/assert.ts'
import { family } from './libc.ts'
import { attribute, attributesOf } from './netlink.ts'
import type { Action, Message, Reply } from './netlink.ts'

const types = {
  newLink: 16,
  deleteLink: 17,
  getLink: 18,
  newAddress: 20,
  newRoute: 24,
  getRoute: 26,
  newNeighbour: 28,
} as const
const linkAttributes = { address: 1, name: 3, info: 18, namespace: 28 } as const
const infoAttributes = { kind: 1, data: 2 } as const
const vethPeer = 1
const linkFlags = { up: 0x1, noArp: 0x80 } as const
const addressAttributes = { address: 1, local: 2 } as const
const routeAttributes = { destination: 1, outgoing: 4, gateway: 5 } as const
const neighbourAttributes = { destination: 1, hardware: 2 } as const
const neighbourPermanent = 0x80
const mainTable = 254
const scope = { universe: 0, link: 253 } as const
const unicastRoute = 1
const routeOnLink = 4

/** By which our routes are known from others': `ip route show proto 76`. Any number that nobody else uses. */
export const ourRouteProtocol = 76

/** Locally administered, and the same in every sandbox: there are two ends on each wire and nothing else. */
const hardware = { host: '02:6c:6d:62:64:01', sandbox: '02:6c:6d:62:64:02' } as const

export const loopbackIndex = 1

/** Makes a pair: `hostName` here, `eth0` in the namespace of that descriptor. Both are down. */
export function newPair(hostName: string, namespace: number): Message {
  const peer = Buffer.concat([
    linkHeader(0, 0),
    attribute(linkAttributes.name, text('eth0')),
    attribute(linkAttributes.address, hardwareAddress(hardware.sandbox)),
    attribute(linkAttributes.namespace, u32(namespace)),
  ])
  const info = [
    attribute(infoAttributes.kind, text('veth')),
    attribute(infoAttributes.data, attribute(vethPeer, peer)),
  ]
  return message('adding a pair of virtual interfaces (veth)', types.newLink, 'create', [
    linkHeader(0, 0),
    attribute(linkAttributes.name, text(hostName)),
    attribute(linkAttributes.address, hardwareAddress(hardware.host)),
    attribute(linkAttributes.info, ...info),
  ])
}

export function getLink(name: string): Message {
  const parts = [linkHeader(0, 0), attribute(linkAttributes.name, text(name))]
  return message(`looking for ${name}`, types.getLink, 'change', parts)
}

/** The index in the answer to `getLink`. */
export function linkIndex(replies: readonly Reply[]): number {
  const link = replies.find(({ type }) => type === types.newLink)
  assert(link !== undefined, 'the kernel answers with a link')
  return link.body.readInt32LE(4)
}

export function linkUp(index: number): Message {
  const header = linkHeader(index, linkFlags.up | (index === loopbackIndex ? 0 : linkFlags.noArp))
  return message('bringing an interface up', types.newLink, 'change', [header])
}

export function deleteLink(index: number): Message {
  return message('removing an interface', types.deleteLink, 'change', [linkHeader(index, 0)])
}

/** The way to one sandbox. Fails with EEXIST when another sandbox of this host has the address. */
export function routeTo(address: string, index: number): Message {
  return message(`adding the route to ${address}`, types.newRoute, 'create', [
    routeHeader({ length: 32, scope: scope.link, flags: 0 }),
    attribute(routeAttributes.destination, ipv4(address)),
    attribute(routeAttributes.outgoing, u32(index)),
  ])
}

/** The host's knowledge of the sandbox at the other end. */
export function sandboxNeighbour(address: string, index: number): Message {
  return neighbour(address, index, hardware.sandbox)
}

/** Inside: its address, and the way to everything else by a gateway that is the host's end. */
export function sandboxSide(address: string, gateway: string, index: number): Message[] {
  const addressHeader = Buffer.from([family.inet, 32, 0, scope.universe, ...u32(index)])
  return [
    message(`adding the address ${address}`, types.newAddress, 'create', [
      addressHeader,
      attribute(addressAttributes.local, ipv4(address)),
      attribute(addressAttributes.address, ipv4(address)),
    ]),
    neighbour(gateway, index, hardware.host),
    message('adding the default route', types.newRoute, 'create', [
      routeHeader({ length: 0, scope: scope.universe, flags: routeOnLink }),
      attribute(routeAttributes.gateway, ipv4(gateway)),
      attribute(routeAttributes.outgoing, u32(index)),
    ]),
  ]
}

export const listRoutes: Message = message('listing the routes', types.getRoute, 'dump', [
  routeHeader({ length: 0, scope: scope.universe, flags: 0 }),
])

export interface Route {
  readonly address: string
  /** Bits of `address` that count. */
  readonly length: number
}

/** IPv4 routes of all tables, the host's own addresses among them; but not ours. */
export function foreignRoutes(replies: readonly Reply[]): Route[] {
  return replies
    .filter(({ type, body }) => type === types.newRoute && body[0] === family.inet)
    .filter(({ body }) => body[5] !== ourRouteProtocol)
    .map(({ body }) => {
      const destination = attributesOf(body.subarray(12)).get(routeAttributes.destination)
      return { address: destination?.join('.') ?? '0.0.0.0', length: body[1]! }
    })
}

function neighbour(address: string, index: number, hardwareText: string): Message {
  const header = Buffer.alloc(12)
  header.writeUInt8(family.inet)
  header.writeInt32LE(index, 4)
  header.writeUInt16LE(neighbourPermanent, 8)
  return message(`adding the neighbour ${address}`, types.newNeighbour, 'create', [
    header,
    attribute(neighbourAttributes.destination, ipv4(address)),
    attribute(neighbourAttributes.hardware, hardwareAddress(hardwareText)),
  ])
}

function linkHeader(index: number, flags: number): Buffer {
  const header = Buffer.alloc(16)
  header.writeInt32LE(index, 4)
  header.writeUInt32LE(flags, 8)
  // Which of the flags are meant.
  header.writeUInt32LE(flags, 12)
  return header
}

function routeHeader(of: { length: number; scope: number; flags: number }): Buffer {
  const header = Buffer.alloc(12)
  const bytes = [family.inet, of.length, 0, 0, mainTable, ourRouteProtocol, of.scope, unicastRoute]
  Buffer.from(bytes).copy(header)
  header.writeUInt32LE(of.flags, 8)
  return header
}

function message(label: string, type: number, action: Action, parts: readonly Buffer[]): Message {
  return { type, action, body: Buffer.concat(parts), label }
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`)
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function ipv4(address: string): Buffer {
  return Buffer.from(address.split('.').map(Number))
}

function hardwareAddress(address: string): Buffer {
  return Buffer.from(address.split(':').map((part) => Number.parseInt(part, 16)))
}
