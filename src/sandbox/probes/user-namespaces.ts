/** Who may make user namespaces here: decided by ../oci/user-namespaces.ts, which is tried when this is root. */
import { readFile } from 'node:fs/promises'
import type { Finding } from '../../kernel/reports.ts'
import { run } from '../run.ts'
import { UserNamespaces } from '../oci/user-namespaces.ts'
import { asRoot } from './package-manager.ts'

/** Settings that forbid them, each with the value that allows them again. */
const settings = [
  { name: 'user.max_user_namespaces', forbids: '0', allows: '65536' },
  // Debian's kernels, and those made from them.
  { name: 'kernel.unprivileged_userns_clone', forbids: '0', allows: '1' },
  // Ubuntu from 23.10 on.
  { name: 'kernel.apparmor_restrict_unprivileged_userns', forbids: '1', allows: '0' },
] as const

/** Who can make one: everybody, root alone, or nobody. */
type Makers = 'all' | 'root' | 'none'

/** @param isRoot whether they can be tried */
export async function userNamespacesFinding(isRoot: boolean): Promise<Finding> {
  const forbidding = await forbiddingSettings()
  const makers = isRoot ? await tryThem() : asSet(forbidding.map(({ name }) => name))
  return namespacesFinding(makers, isRoot, forbidding)
}

async function tryThem(): Promise<Makers> {
  await using namespaces = new UserNamespaces()
  try {
    await namespaces.take()
    return 'all'
  } catch {
    return (await run('unshare', ['--user', 'true'])).code === 0 ? 'root' : 'none'
  }
}

function asSet(forbidding: readonly string[]): Makers {
  if (forbidding.includes('user.max_user_namespaces')) return 'none'
  return forbidding.length > 0 ? 'root' : 'all'
}

async function forbiddingSettings(): Promise<{ name: string; allows: string }[]> {
  const found: { name: string; allows: string }[] = []
  for (const { name, forbids, allows } of settings) {
    const text = await readFile(`/proc/sys/${name.replace('.', '/')}`, 'utf8').catch(() => '')
    if (text.trim() === forbids) found.push({ name, allows })
  }
  return found
}

export function namespacesFinding(
  makers: Makers,
  isTried: boolean,
  forbidding: readonly { readonly name: string; readonly allows: string }[],
): Finding {
  const base = { name: 'user namespaces', needed: true }
  const changes = forbidding.map(({ name, allows }) => asRoot(`sysctl -w ${name}=${allows}`))
  const mend = changes.length > 0 ? changes.join(' && ') : undefined
  switch (makers) {
    case 'all':
      return {
        ...base,
        state: 'ok',
        found: isTried ? 'made by a user of their own' : 'allowed, as far as settings tell',
        meaning: 'What a function uses up of the kernel is counted for it alone.',
      }
    case 'root':
      return {
        ...base,
        state: 'degraded',
        found: 'for root alone',
        meaning: 'Functions share what the kernel counts for root: inotify instances and timers.',
        mend,
      }
    case 'none':
      return {
        ...base,
        state: 'missing',
        found: 'for nobody',
        meaning: 'No sandbox can be made: its root would be that of the host.',
        mend: mend ?? 'use a kernel with CONFIG_USER_NS, outside of containers that forbid them',
      }
  }
}
