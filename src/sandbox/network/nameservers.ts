/**
 * The host's nameservers, as resolv.conf(5) names them, read again when the file has changed.
 * Called by: network-thread.ts, for dns-forwarder.ts.
 */
import { readFileSync, statSync } from 'node:fs'
import { isIP } from 'node:net'
import type { Clock } from '../../kernel/clock.ts'
import { dnsLimits } from '../limits.ts'

export interface Nameserver {
  readonly address: string
  readonly port: number
}

const dnsPort = 53

/** What the C library reads, too; without any it asks the local machine. */
const nameserversMax = 3

/** @param text of a resolv.conf */
export function parseNameservers(text: string): Nameserver[] {
  const addresses = text
    .split('\n')
    .map((line) => /^nameserver[ \t]+(\S+)/.exec(line)?.[1] ?? '')
    .filter((address) => isIP(address) !== 0)
    .slice(0, nameserversMax)
  return (addresses.length === 0 ? ['127.0.0.1'] : addresses).map((address) => ({
    address,
    port: dnsPort,
  }))
}

/** @returns a function that gives the nameservers of now and looks at the file every few seconds at most */
export function watchNameservers(path: string, clock: Clock): () => readonly Nameserver[] {
  let lookedMs = -Infinity
  let version = ''
  let nameservers: readonly Nameserver[] = []
  return () => {
    const nowMs = clock.monotonicMs()
    if (nowMs - lookedMs < dnsLimits.resolvConfAgeMs) return nameservers
    lookedMs = nowMs
    try {
      const { ino, size, mtimeMs } = statSync(path)
      const now = `${ino} ${size} ${mtimeMs}`
      if (now !== version) nameservers = parseNameservers(readFileSync(path, 'utf8'))
      version = now
    } catch {
      // Absent while it is being replaced, or for good: what was known still is, or the default.
      if (nameservers.length === 0) nameservers = parseNameservers('')
    }
    return nameservers
  }
}
