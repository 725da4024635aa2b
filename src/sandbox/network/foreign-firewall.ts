/**
 * Firewalls of the host that drop what is forwarded, as Docker's and ufw's do: a packet must pass every one of
 * them. Where iptables keeps the rules, two of ours are put behind all others: from sandboxes out of the uplinks
 * and the answers back, and nothing else. Whatever the host forbids to anybody stays forbidden, and containers
 * are no more in reach than they were. Any other firewall is its owner's: the log says what to do.
 *
 * Called by: firewall.ts. Removed by: take-down.sh, which knows our rules by their comment.
 */
import { readFile } from 'node:fs/promises'
import type { Log } from '../../kernel/log.ts'
import { run } from '../run.ts'
import { uplinks } from './uplinks.ts'

/** A chain of the host's, as `nft -j list chains` has it. */
export interface Chain {
  readonly family: string
  readonly table: string
  readonly name: string
  /** Of chains that see packets: `forward`, `input`, ... */
  readonly hook?: string
  readonly policy?: string
}

/** Whose packets are let through: `table` names our rules, `wirePrefix` our interfaces. */
export interface Passing {
  readonly table: string
  readonly wirePrefix: string
}

export async function letThroughForeign(
  passing: Passing,
  chains: readonly Chain[],
  log: Log,
): Promise<void> {
  const dropping = chains.filter(
    ({ family, table, hook, policy }) =>
      ['ip', 'inet'].includes(family) &&
      hook === 'forward' &&
      // firewalld rejects at the end of a chain that accepts.
      (policy === 'drop' || table === 'firewalld'),
  )
  for (const chain of dropping) {
    if (isOfIptables(chain)) continue
    log.warn(
      { firewall: `${chain.family} ${chain.table}` },
      'a firewall of this host may drop what functions send to the network; let interfaces lmbd* pass: ' +
        (chain.table === 'firewalld'
          ? 'firewall-cmd --zone=trusted --add-interface=lmbd+'
          : `nft insert rule ${chain.family} ${chain.table} ${chain.name} iifname "lmbd*" accept, and ` +
            'likewise oifname "lmbd*" ct state established,related accept'),
    )
  }
  // Both kinds of iptables have rules of their own, and the old one must not be asked when it is not in use:
  // that would make its tables.
  if (chains.some((chain) => isOfIptables(chain))) {
    const isNamed = (await run('iptables-nft', ['--version'])).code === 0
    await passIptables(isNamed ? 'iptables-nft' : 'iptables', passing, log)
  }
  const legacy = await readFile('/proc/net/ip_tables_names', 'utf8').catch(() => '')
  if (legacy.split('\n').includes('filter')) await passIptables('iptables-legacy', passing, log)
}

function isOfIptables({ family, table, name }: Chain): boolean {
  return family === 'ip' && table === 'filter' && name === 'FORWARD'
}

async function passIptables(program: string, passing: Passing, log: Log): Promise<void> {
  const { code, stdout } = await run(program, ['-w', '5', '-S', 'FORWARD'])
  const place = code === 0 ? placeOfRules(stdout) : undefined
  if (place === undefined) return
  const wires = `${passing.wirePrefix}+`
  for (const uplink of uplinks()) {
    const comment = ['-m', 'comment', '--comment', passing.table]
    const back = ['-m', 'conntrack', '--ctstate', 'RELATED,ESTABLISHED']
    const rules = [
      ['-i', wires, '-o', uplink, ...comment],
      ['-i', uplink, '-o', wires, ...back, ...comment],
    ]
    for (const rule of rules) {
      const ran = await run(program, ['-w', '5', ...place, ...rule, '-j', 'ACCEPT'])
      if (ran.code !== 0)
        log.warn(
          { program, said: ran.stderr.trim() },
          'functions may not reach the network: iptables',
        )
      else log.info({ program, uplink }, 'the host forwards nothing by itself: lets sandboxes pass')
    }
  }
}

/**
 * Where rules of ours count and forestall nobody's: at the end of a chain that drops what no rule is about, or
 * right before the one that refuses everything. Undefined for a chain that lets packets pass.
 * @param listing of `iptables -S FORWARD`
 */
export function placeOfRules(listing: string): string[] | undefined {
  const lines = listing.split('\n')
  const rules = lines.filter((line) => line.startsWith('-A FORWARD'))
  const last = rules.findIndex((rule) => /^-A FORWARD -j (REJECT|DROP)\b/.test(rule))
  if (last >= 0) return ['-I', 'FORWARD', String(last + 1)]
  return lines.includes('-P FORWARD DROP') ? ['-A', 'FORWARD'] : undefined
}
