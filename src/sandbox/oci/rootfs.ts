/**
 * The root file system of sandboxes: an empty skeleton that mounts go on, and what they see of the host.
 *
 * Made once for each set of mount targets and shared, read-only, by all sandboxes that have the same set.
 * Called by: backend.ts.
 */
import { createHash } from 'node:crypto'
import { lstat, mkdir, readlink, realpath, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { assert } from '../../kernel/assert.ts'
import { sandboxUser } from '../limits.ts'
import type { ReadOnlyMount } from '../sandbox.ts'

/**
 * Programs and what they load, but neither the host's configuration nor its data: enough for a shell, for
 * dynamically linked runtimes, time zones and certificates. Absent ones are left out.
 */
const userLandPaths = [
  '/bin',
  '/lib',
  '/lib32',
  '/lib64',
  '/usr/bin',
  '/usr/lib',
  '/usr/lib32',
  '/usr/lib64',
  '/usr/share/ca-certificates',
  '/usr/share/zoneinfo',
  // Debian's /usr/bin/awk and others are links into it.
  '/etc/alternatives',
  '/etc/ssl/certs',
  // Where Fedora's /etc/ssl/certs leads to.
  '/etc/pki/ca-trust/extracted',
  '/etc/pki/tls/certs',
]

/** Generated, so that nothing of the host's users, hosts and resolvers shows. */
const etcFiles: Readonly<Record<string, string>> = {
  passwd: [
    'root:x:0:0:root:/root:/sbin/nologin',
    `${sandboxUser.name}:x:${sandboxUser.uid}:${sandboxUser.gid}::/home/${sandboxUser.name}:/sbin/nologin`,
    'nobody:x:65534:65534:nobody:/:/sbin/nologin',
    '',
  ].join('\n'),
  group: `root:x:0:\n${sandboxUser.name}:x:${sandboxUser.gid}:\nnobody:x:65534:\n`,
  hosts: '127.0.0.1 localhost\n::1 localhost\n',
  // Ours, on the loopback of each sandbox: network/dns-service.ts.
  'resolv.conf': 'nameserver 127.0.0.1\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
}

/** What of the host every sandbox sees. */
export interface UserLand {
  readonly mounts: readonly ReadOnlyMount[]
  /** Links of the host's root, as `/bin -> usr/bin`. */
  readonly links: readonly { readonly path: string; readonly target: string }[]
}

export async function hostUserLand(): Promise<UserLand> {
  const mounts: ReadOnlyMount[] = []
  const links: { path: string; target: string }[] = []
  for (const path of userLandPaths) {
    try {
      const isLink = (await lstat(path)).isSymbolicLink()
      if (isLink && !path.startsWith('/etc/')) links.push({ path, target: await readlink(path) })
      else mounts.push({ source: await realpath(path), target: path })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return { mounts, links }
}

export class Skeletons {
  readonly #directory: string
  readonly #userLand: UserLand
  readonly #made = new Map<string, Promise<string>>()

  /** @param directory where they are made */
  constructor(directory: string, userLand: UserLand) {
    this.#directory = directory
    this.#userLand = userLand
  }

  /** The path of a skeleton that has a directory for each of these mount targets. */
  async for(targets: readonly string[]): Promise<string> {
    for (const target of targets) {
      const sane = /^(\/[^/\0]+)+$/.test(target) && !target.split('/').some((part) => part === '..')
      assert(sane, `a mount target is an absolute path without . and ..: ${target}`)
    }
    const key = [...new Set(targets)].toSorted().join('\n')
    let made = this.#made.get(key)
    if (made === undefined) {
      made = this.#make(key, targets)
      this.#made.set(key, made)
      // A full disk today must not spoil this set of targets for good.
      made.catch(() => this.#made.delete(key))
    }
    return await made
  }

  async #make(key: string, targets: readonly string[]): Promise<string> {
    const root = join(this.#directory, createHash('sha256').update(key).digest('hex').slice(0, 16))
    const directories = [
      ...['/proc', '/dev', '/tmp', '/etc'],
      ...this.#userLand.mounts.map((mount) => mount.target),
      ...targets,
    ]
    for (const directory of directories) await mkdir(join(root, directory), { recursive: true })
    for (const { path, target } of this.#userLand.links) await link(target, join(root, path))
    for (const [name, text] of Object.entries(etcFiles))
      await writeFile(join(root, 'etc', name), text)
    // Lambda's clock is UTC.
    await link('/usr/share/zoneinfo/UTC', join(root, 'etc/localtime'))
    return root
  }
}

async function link(target: string, path: string): Promise<void> {
  try {
    await symlink(target, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
