/**
 * What the packets of sandboxes may do on the host: one nftables table for each server, made at its start and
 * never touched again. Its rules know sandboxes by the names of their interfaces.
 *
 * Invariant: a packet from a sandbox is answered by nothing of the host's and goes nowhere but out: not to the
 * host, not to another sandbox of any server, not to metadata services. What it says of where it comes from is
 * checked against the route to there, so that nothing depends on what the inside may or may not do.
 * Called by: networks.ts. Removed by: take-down.sh. Read next: foreign-firewall.ts, links.ts.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Log } from '../../kernel/log.ts'
import { forbiddenDestinations, sandboxConnectionsMax } from '../limits.ts'
import { SandboxStartError } from '../sandbox.ts'
import { letThroughForeign } from './foreign-firewall.ts'
import type { Chain } from './foreign-firewall.ts'
import { run } from '../run.ts'
import { uplinks } from './uplinks.ts'

const forwardPath = '/proc/sys/net/ipv4/ip_forward'
const connectionsPath = '/proc/sys/net/netfilter/nf_conntrack_max'
const takeDownPath = fileURLToPath(new URL('take-down.sh', import.meta.url))

/** Every server's interfaces begin so. */
export const anyWirePrefix = 'lmbd'

export interface FirewallOptions {
  /** `lambdad_...`: letters, digits and underscores. */
  readonly table: string
  /** How the names of this server's interfaces begin. */
  readonly wirePrefix: string
  /** The addresses of sandboxes. */
  readonly range: string
}

interface RuleOptions extends FirewallOptions {
  /** Interfaces of default routes, when the host forwarded nothing until now; undefined when it is a router. */
  readonly unrouted: readonly string[] | undefined
  readonly connectionsMax: number
}

/** The whole table, as `nft -f` reads it: made anew. */
function firewallRules(options: RuleOptions): string {
  const { table, wirePrefix, range, unrouted, connectionsMax } = options
  const ours = `"${wirePrefix}*"`
  const anyWire = `"${anyWirePrefix}*"`
  return `
create table inet ${table}
table inet ${table} {
  set connections { type ipv4_addr; size 65535; flags dynamic; }

  # Tells a program at once, instead of letting it wait.
  chain refuse {
    meta l4proto tcp reject with tcp reset
    meta l4proto udp reject
    drop
  }

  chain from_sandbox {
    meta nfproto != ipv4 drop
    # The way back must lead through where it has come from.
    fib saddr . iif oif missing drop
    meta l4proto != { tcp, udp } drop
    # Addresses of the host, whatever it would make of them (as ports that it publishes for containers).
    fib daddr type != unicast goto refuse
    ip daddr { ${forbiddenDestinations.join(', ')} } goto refuse
    ip daddr ${range} goto refuse
  }

  # Before connections are tracked: what is dropped here costs the host's table nothing.
  chain prerouting {
    type filter hook prerouting priority raw; policy accept;
    iifname ${ours} jump from_sandbox
  }

  chain input {
    type filter hook input priority filter - 10; policy accept;
    iifname ${ours} drop
  }

  chain outward {
    oifname ${anyWire} drop
    tcp flags syn tcp option maxseg size set rt mtu
    ct state established,related accept
    ct state != new drop
    add @connections { ip saddr ct count over ${connectionsMax} } goto refuse
    accept
  }

  chain inward {
    ct state established,related accept
    drop
  }
${unrouted === undefined ? '' : noRouterChain}
  chain forward {
    type filter hook forward priority filter - 10; policy accept;
    iifname ${ours} goto outward
    oifname ${ours} goto inward
    ${(unrouted ?? []).map((name) => `iifname "${name}" oifname != "${name}" goto host_was_no_router`).join('\n    ')}
  }

  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${range} oifname != ${anyWire} masquerade
  }
}
`
}

/**
 * Forwarding is on for the sake of sandboxes alone: the host does not become a router for whoever is at its
 * uplinks, but for what containers publish that have come since. The chain's name tells take-down.sh.
 */
const noRouterChain = `
  chain host_was_no_router {
    oifname "${anyWirePrefix}*" accept
    ct state established,related accept
    ct status dnat accept
    drop
  }
`

/** @throws SandboxStartError in words; nothing is left then */
export async function raiseFirewall(options: FirewallOptions, log: Log): Promise<void> {
  try {
    // Read before the tables: whoever switches it on has made its table first.
    const isRouter = readFileSync(forwardPath, 'utf8').trim() !== '0'
    const chains = await listChains()
    const wasNone = !isRouter || chains.some(({ table, name }) => isMark(table, name))
    const rules = firewallRules({
      ...options,
      unrouted: wasNone ? uplinks() : undefined,
      connectionsMax: connectionsShare(),
    })
    const { code, stderr } = await run('nft', ['-f', '-'], rules)
    if (code !== 0)
      throw new SandboxStartError(
        `The firewall of the sandboxes' network could not be made: ${stderr.trim()}. It needs a Linux with ` +
          `nf_tables and connection tracking (5.10 or newer). ${without}`,
      )
    writeFileSync(forwardPath, '1')
    if (!isRouter)
      log.info({}, 'IPv4 forwarding is on while lambdad runs, so that functions reach the network')
    await letThroughForeign(options, chains, log)
  } catch (error) {
    await takeDownFirewall(options.table)
    if (error instanceof SandboxStartError || !(error instanceof Error && 'code' in error))
      throw error
    throw new SandboxStartError(
      `The host's network could not be configured: ${error.message}. ${without}`,
    )
  }
}

/** Idempotent. @throws Error when it is still there afterwards */
export async function takeDownFirewall(table: string): Promise<void> {
  const { code } = await run('/bin/sh', [takeDownPath, table])
  if (code !== 0)
    throw new Error(`the firewall ${table} could not be removed: nft delete table inet ${table}`)
}

const without = 'Or give functions no way to the network: --network host-only.'

async function listChains(): Promise<Chain[]> {
  const { code, stdout, stderr } = await run('nft', ['-j', 'list', 'chains'])
  if (code === undefined)
    throw new SandboxStartError(
      'The network of functions needs nft, which is not installed: install it (Debian, Ubuntu: apt install ' +
        `nftables; Fedora: dnf install nftables). ${without}`,
    )
  if (code !== 0)
    throw new SandboxStartError(`The host's firewall cannot be read: ${stderr.trim()}. ${without}`)
  const { nftables } = JSON.parse(stdout) as { nftables: readonly { chain?: Chain }[] }
  return nftables.flatMap(({ chain }) => (chain === undefined ? [] : [chain]))
}

function isMark(table: string, name: string): boolean {
  return table.startsWith('lambdad_') && name === 'host_was_no_router'
}

/** No sandbox gets more than a small part of the host's connections. */
function connectionsShare(): number {
  const { most, partOfHost } = sandboxConnectionsMax
  try {
    const hostMax = Number(readFileSync(connectionsPath, 'utf8'))
    return Math.max(1, Math.min(most, Math.floor(hostMax * partOfHost)))
  } catch {
    // Connection tracking is a module that is loaded when rules first ask for it.
    return most
  }
}
