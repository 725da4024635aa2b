/** By which interfaces the host reaches the world. Called by: firewall.ts, foreign-firewall.ts. */
import { readFileSync } from 'node:fs'

/** Interfaces of IPv4 default routes. Source: proc_pid_net(5), `route`. */
export function uplinks(): string[] {
  const lines = readFileSync('/proc/net/route', 'utf8').split('\n').slice(1)
  const names = lines
    .map((line) => line.split('\t'))
    .filter(([, destination, , , , , , mask]) => destination === '00000000' && mask === '00000000')
    // Names go into rules: one that could be read as more than a name is left out.
    .flatMap(([name = '']) => (/^[\w.@-]+$/.test(name) ? [name] : []))
  return [...new Set(names)]
}
