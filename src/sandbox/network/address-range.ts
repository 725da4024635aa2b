/**
 * Which addresses sandboxes have on the host: one each, out of a range that the host has no other use for.
 *
 * Servers on one host may share a range: the route to an address is what claims it, and a second one is refused
 * by the kernel. Pure functions. Called by: namespace.ts.
 */
import { SandboxStartError } from '../sandbox.ts'
import type { Route } from './links.ts'

export interface AddressRange {
  /** As in `198.18.0.0/16`. */
  readonly text: string
  /** Inside, everything is reached by way of this address; nobody has it. */
  readonly gateway: string
  /** How many sandboxes it has addresses for. */
  readonly size: number
  /** @param index from 0 to `size` - 1 */
  at(index: number): string
}

/** Routes as broad as this say where everything goes, not what the addresses are for. */
const broadRouteBits = 8

/** The first range that no route of the host overlaps. @throws SandboxStartError when there is none */
export function chooseRange(routes: readonly Route[], candidates: readonly string[]): AddressRange {
  const taken = routes.filter((route) => route.length >= broadRouteBits)
  const free = candidates.map(parse).find((range) => !taken.some((route) => overlap(range, route)))
  if (free === undefined)
    throw new SandboxStartError(
      `Sandboxes need addresses of their own, and this host has routes into all of ${candidates.join(', ')}: ` +
        'remove one (ip route show table all), or choose --network host-only.',
    )
  return rangeOf(free)
}

function rangeOf({ address, length }: Route): AddressRange {
  const base = toNumber(address)
  return {
    text: `${address}/${length}`,
    gateway: toText(base + 1),
    // Neither the first two nor the last, which is a broadcast address to some.
    size: 2 ** (32 - length) - 3,
    at: (index) => toText(base + 2 + index),
  }
}

function overlap(a: Route, b: Route): boolean {
  const shift = 2 ** (32 - Math.min(a.length, b.length))
  return Math.floor(toNumber(a.address) / shift) === Math.floor(toNumber(b.address) / shift)
}

function parse(range: string): Route {
  const [address = '', length] = range.split('/')
  return { address, length: Number(length) }
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

function toText(address: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join('.')
}
