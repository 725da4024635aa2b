/** Linux, and the right to isolate. The launcher asks the same in a shell of its own (tools/setup.sh). */
import { readFile } from 'node:fs/promises'
import os from 'node:os'
import type { Finding } from '../../kernel/reports.ts'
import { openMounts } from '../oci/mounts.ts'
import { locateProgram } from '../programs.ts'
import { installCommand } from './package-manager.ts'

/** What decides; of this process and its host. */
export interface System {
  readonly platform: string
  /** As `uname -r` has it. */
  readonly release: string
  readonly isRoot: boolean
  /** CAP_SYS_ADMIN, which containers mostly do not have. */
  readonly mayMount: boolean
  readonly hasSudo: boolean
}

/** CAP_SYS_ADMIN. Source: linux/capability.h. */
const sysAdminBit = 21n

/** The first with all that the rules of firewall.ts are made of. */
const oldestLinux = [5, 10] as const

export async function readSystem(): Promise<System> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '')
  const capabilities = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`)
  return {
    platform: process.platform,
    release: os.release(),
    isRoot: process.getuid?.() === 0,
    mayMount: ((capabilities >> sysAdminBit) & 1n) === 1n,
    hasSudo: (await locateProgram('sudo')) !== undefined,
  }
}

export function linuxFinding({ platform, release }: System): Finding {
  const name = 'Linux'
  if (platform !== 'linux')
    return {
      name,
      needed: true,
      state: 'missing',
      found: `this is ${platform}`,
      meaning: 'Functions run on Linux only, with its namespaces and control groups.',
      mend: 'use a Linux virtual machine',
    }
  const [major = 0, minor = 0] = release.split('.').map(Number)
  const isOld = major < oldestLinux[0] || (major === oldestLinux[0] && minor < oldestLinux[1])
  if (isOld)
    return {
      name,
      needed: true,
      state: 'degraded',
      found: release,
      meaning: `The firewall of functions needs ${oldestLinux.join('.')} or newer; without it they get no network.`,
      mend: 'lambdad start --network host-only',
    }
  const meaning = 'It has what functions are isolated with.'
  return { name, needed: true, state: 'ok', found: release, meaning }
}

export function privilegesFinding({ isRoot, mayMount, hasSudo }: System): Finding {
  const base = { name: 'root', needed: true }
  if (isRoot && mayMount)
    return {
      ...base,
      state: 'ok',
      found: 'this is root, and may mount',
      meaning: 'The server may make sandboxes.',
    }
  if (isRoot)
    return {
      ...base,
      state: 'missing',
      found: 'this is root without the right to mount (CAP_SYS_ADMIN), as in a container',
      meaning: 'No function can be isolated.',
      mend: 'docker run --privileged ..., or lambdad start --isolation process',
    }
  if (hasSudo)
    return {
      ...base,
      state: 'ok',
      found: 'not root, but there is sudo',
      meaning: '`lambdad start` goes on through sudo, which asks for the password if it has to.',
    }
  return {
    ...base,
    state: 'missing',
    found: 'neither root nor sudo',
    meaning: 'No function can be isolated: namespaces, control groups and mounts are for root.',
    mend: 'su -c "lambdad start", or lambdad start --isolation process',
  }
}

/** By which Node.js calls the C library; see ../c-library.ts. */
export function systemCallsFinding(canCall = openMounts() !== undefined): Finding {
  const base = { name: 'node:ffi', needed: true, found: `Node.js ${process.versions.node}` }
  if (canCall)
    return {
      ...base,
      state: 'ok',
      meaning: 'Networks of sandboxes can be made, and sandboxes ahead of their functions.',
    }
  return {
    ...base,
    found: `${process.execPath} (${process.version}) has none`,
    state: 'missing',
    meaning: 'No sandbox gets a network, so that none can be made.',
    mend: 'use a Node.js 26.1 or newer as the Node.js project builds it: remove the cache (LAMBDAD_CACHE_DIR) and start again',
  }
}

/** What the launcher and user-namespaces.ts start. */
export async function utilitiesFinding(): Promise<Finding> {
  const packages = { unshare: 'util-linux', mount: 'mount', umount: 'mount' }
  const missing: string[] = []
  for (const program of Object.keys(packages)) {
    if ((await locateProgram(program)) === undefined) missing.push(program)
  }
  const name = 'util-linux'
  if (missing.length === 0)
    return {
      name,
      needed: true,
      state: 'ok',
      found: Object.keys(packages).join(', '),
      meaning: 'The server gets mounts of its own, which end with it.',
    }
  const wanted = new Set(missing.map((program) => packages[program as keyof typeof packages]))
  return {
    name,
    needed: true,
    state: 'missing',
    found: `no ${missing.join(', ')}`,
    meaning: 'The server cannot be started with mounts of its own, which isolation needs.',
    mend: await installCommand(...wanted),
  }
}
