/** What the server asks of its network thread, and is answered. */
import type { Nameserver } from './nameservers.ts'

/** `none`: loopback; `host-only`: and lambdad's endpoint; `egress`: and the Internet. */
export type NetworkMode = 'none' | 'host-only' | 'egress'

export interface ThreadSettings {
  readonly mode: NetworkMode
  readonly endpointPort: number
  /** See `NamespaceOptions`; used with egress. */
  readonly wirePrefix: string
  /** Where addresses may come from, by preference; used with egress. */
  readonly ranges: readonly string[]
  /** Instead of the host's. */
  readonly nameservers: readonly Nameserver[] | undefined
}

export type ThreadRequest =
  | { readonly kind: 'open' }
  /** The number is the requester's, for `drop`. */
  | { readonly kind: 'make'; readonly number: number }
  | { readonly kind: 'drop'; readonly number: number }
  /** Before its end: what it has opened for itself. */
  | { readonly kind: 'close' }

export interface OpenValue {
  /** The addresses of sandboxes, as in `198.18.0.0/16`; undefined without egress. */
  readonly range: string | undefined
}

/** Descriptors; from now on they belong to whoever has asked. */
export interface MakeValue {
  readonly namespace: number
  readonly runtimeApi: number
  readonly endpoint: number | undefined
}
