/**
 * What a server has on its machine beside its data directory: looked up while it lives, looked for when it is dead.
 * It asks the kernel, not lambdad. Invariant: what other servers have, of other tests, is never taken for its.
 */
import { readFile, readdir, readlink, realpath } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const runDirectory = '/run/lambdad'

export interface Belongings {
  /** The server's directories below `runDirectory`: their names are also in those of its control groups. */
  readonly homes: readonly string[]
  readonly dataDirectory: string
  /** Its descendants, as `<pid> <start time>`. */
  readonly processes: ReadonlySet<string>
  /** Network namespaces, as `net:[4026531840]`. */
  readonly networks: ReadonlySet<string>
}

/** @param pid a server that lives, stopped if what it has must not change meanwhile */
export async function belongingsOf(pid: number, dataDirectory: string): Promise<Belongings> {
  const homes = await namesIn(runDirectory)
  const descendants = await descendantsOf(pid)
  const networks = new Set(await Promise.all(descendants.map((each) => networkOf(each))))
  for (const fd of await namesIn(`/proc/${pid}/fd`)) {
    const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')
    if (target.startsWith('net:[')) networks.add(target)
  }
  for (const shared of [await networkOf(process.pid), undefined]) networks.delete(shared)
  return {
    homes: homes.filter((name) => name.split('-')[1] === String(pid)),
    dataDirectory: await realpath(dataDirectory),
    processes: new Set(await Promise.all(descendants.map((each) => identityOf(each)))),
    networks: networks as Set<string>,
  }
}

/** What is there of them, each in words; empty when nothing is. */
export async function leftoversOf(belongings: Belongings): Promise<string[]> {
  const { homes, dataDirectory } = belongings
  const names = [...homes, dataDirectory]
  const isOurs = (text: string): boolean => names.some((name) => text.includes(name))
  const linesOf = async (file: string): Promise<string[]> =>
    (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(isOurs)
  const present = new Set(await namesIn(runDirectory))
  const found = [
    ...homes
      .filter((home) => present.has(home))
      .map((home) => `directory ${path.join(runDirectory, home)}`),
    ...(await linesOf('/proc/self/mountinfo')).map((line) => `mount ${line}`),
    ...(await linesOf('/proc/net/unix')).map((line) => `socket ${line}`),
    ...(await loopDevices(isOurs)),
  ]
  for (const group of await groupsBelow('/sys/fs/cgroup')) {
    if (homes.some((home) => group.includes(home))) found.push(`control group ${group}`)
  }
  for (const pid of await pids()) {
    if (pid === process.pid) continue
    const described = `process ${pid} ${await commandOf(pid)}`
    if (belongings.processes.has((await identityOf(pid)) ?? '')) found.push(described)
    else if (isOurs(await textOf(pid, 'cgroup')) || isOurs(await textOf(pid, 'environ'))) {
      found.push(described)
    } else if (
      belongings.networks.has((await networkOf(pid)) ?? '') &&
      !(await textOf(pid, 'cgroup')).includes('/lambdad-')
    ) {
      // In a group of another server's it is that one's: the numbers of namespaces that are gone are given again.
      found.push(`network namespace of ${described}`)
    }
  }
  return found
}

/** Resolves when nothing is left of a dead server. @throws naming what still is, after `deadlineMs`. */
export async function untilNothingIsLeft(
  belongings: Belongings,
  deadlineMs = 60_000,
): Promise<void> {
  const untilMs = Date.now() + deadlineMs
  for (;;) {
    const left = await leftoversOf(belongings)
    if (left.length === 0) return
    if (Date.now() > untilMs) throw new Error(`left behind:\n${left.join('\n')}`)
    await sleep(20)
  }
}

export async function pids(): Promise<number[]> {
  return (await namesIn('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
}

/** With spaces between its words. */
export async function commandOf(pid: number): Promise<string> {
  return (await textOf(pid, 'cmdline')).replaceAll('\0', ' ').trim()
}

async function descendantsOf(pid: number): Promise<number[]> {
  const parents = new Map<number, number>()
  for (const each of await pids()) {
    const parent = (await statOf(each))?.[1]
    if (parent !== undefined) parents.set(each, Number(parent))
  }
  const found = new Set([pid])
  for (let before = 0; before !== found.size;) {
    before = found.size
    for (const [child, parent] of parents) if (found.has(parent)) found.add(child)
  }
  return [...found].filter((each) => each !== pid)
}

/** The words of proc_pid_stat(5) after the command: state, parent, ... */
async function statOf(pid: number): Promise<string[] | undefined> {
  const stat = await textOf(pid, 'stat')
  return stat === '' ? undefined : stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

async function identityOf(pid: number): Promise<string> {
  return `${pid} ${(await statOf(pid))?.[19]}`
}

async function networkOf(pid: number): Promise<string | undefined> {
  return await readlink(`/proc/${pid}/ns/net`).catch(() => undefined)
}

/** Those with files that were wanted, and those with settings of a server that has gone. */
async function loopDevices(isWanted: (file: string) => boolean): Promise<string[]> {
  const found: string[] = []
  for (const name of await namesIn('/sys/block')) {
    if (!name.startsWith('loop')) continue
    const of = (file: string) => readFile(`/sys/block/${name}/${file}`, 'utf8').catch(() => '')
    const [file, bounded] = [await of('loop/backing_file'), await of('bdi/strict_limit')]
    if (file !== '' && isWanted(file)) found.push(`loop device ${name} of ${file.trim()}`)
    if (file === '' && bounded.trim() === '1') found.push(`setting of loop device ${name}`)
  }
  return found
}

function textOf(pid: number, name: string): Promise<string> {
  return readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')
}

/** Empty when it is not there, or not any more. */
function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => [])
}

async function groupsBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => [])
  const below = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(directory, entry.name))
  return [...below, ...(await Promise.all(below.map(groupsBelow))).flat()]
}
