/** What networks of functions need of the host: nft, and addresses that nobody uses. See ../network/. */
import type { Finding } from '../../kernel/reports.ts'
import { sandboxRanges } from '../limits.ts'
import { NamespaceMaker } from '../network/namespace.ts'
import { anyWirePrefix } from '../network/firewall.ts'
import { locateProgram } from '../programs.ts'
import { SandboxStartError } from '../sandbox.ts'
import { run } from '../run.ts'
import { installCommand } from './package-manager.ts'

export async function nftFinding(): Promise<Finding> {
  const base = { name: 'nftables', needed: true } as const
  const path = await locateProgram('nft')
  if (path === undefined)
    return {
      ...base,
      state: 'missing',
      found: 'not installed',
      meaning: 'Functions cannot be let out to the network and kept from the host.',
      mend: `${await installCommand('nftables')}, or lambdad start --network host-only`,
    }
  const { stdout } = await run(path, ['--version'])
  return {
    ...base,
    state: 'ok',
    found: `${/v\S+/.exec(stdout)?.[0].slice(1) ?? 'of an unknown version'}, ${path}`,
    meaning: 'It keeps functions from the host and from each other.',
  }
}

/** @param choose gives the range, or throws as `NamespaceMaker` does */
export function addressesFinding(choose = chooseRange): Finding {
  const base = { name: 'addresses', needed: true }
  try {
    return {
      ...base,
      state: 'ok',
      found: `${choose()} is free`,
      meaning: 'Each sandbox has an address of its own on this host.',
    }
  } catch (error) {
    if (!(error instanceof SandboxStartError)) throw error
    return {
      ...base,
      state: 'missing',
      found: error.message,
      meaning: 'Functions cannot be let out to the network.',
      mend: 'lambdad start --network host-only',
    }
  }
}

/** As the network thread does at its start, on the routes that this process sees. */
function chooseRange(): string {
  const wire = { prefix: anyWirePrefix, ranges: sandboxRanges }
  using maker = new NamespaceMaker({ endpointPort: undefined, wire }, 0)
  return maker.range?.text ?? ''
}
