/**
 * The directory in which one server keeps what its sandboxes need, and its end.
 *
 * The directory's name is the server's identity (boot, process, start time), so that a later server can tell
 * at a glance whether it is still alive; `undertaker.sh` removes it with all that is registered in it, when
 * the server ends by whatever means. Invariant: what must be removed is registered before it is made.
 * Called by: oci/backend.ts, process/backend.ts. Read next: undertaker.sh.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdir, readdir, readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { randomHex } from '../kernel/ids.ts'
import type { Log } from '../kernel/log.ts'
import { startTime } from './proc.ts'

const undertakerPath = fileURLToPath(new URL('undertaker.sh', import.meta.url))

export interface ServerHome extends AsyncDisposable {
  /** `<boot>-<pid>-<start time>-<random>`: unique on this host, ever. */
  readonly id: string
  readonly directory: string
  /**
   * Tells the undertaker of more things to remove, before they are made: lines as `Cgroups.register` gives them,
   * `mount <path>`, `network <table>` for network/take-down.sh, or `loop-devices -`.
   */
  register(lines: readonly string[]): Promise<void>
}

/**
 * Cleans up after dead servers of this run directory, then makes a home for this one.
 * Disposal kills and removes everything registered, and the directory.
 */
export async function openServerHome(runDirectory: string, log: Log): Promise<ServerHome> {
  // Sandboxes' root file systems are below it, and their users must get there, but need not look around.
  await mkdir(runDirectory, { recursive: true, mode: 0o711 })
  await cleanUpAfterDead(runDirectory, log)
  const id = `${await ownIdentity()}-${randomHex(6)}`
  const directory = join(runDirectory, id)
  await mkdir(join(directory, 'sandboxes'), { recursive: true, mode: 0o711 })
  const undertaker = startUndertaker(directory, 'pipe')
  // Killed, it can leave a pipe that breaks; its exit says so already.
  undertaker.stdin?.on('error', () => undefined)
  undertaker.unref()
  // The pipe's other end lives as long as this process; it must not keep the event loop alive.
  ;(undertaker.stdin as Socket).unref()
  let ending = false
  undertaker.once('exit', (code, signal) => {
    if (!ending)
      log.warn(
        { code, signal },
        'the undertaker died: the next start cleans up if this server does',
      )
  })
  return {
    id,
    directory,
    async register(lines) {
      await appendFile(join(directory, 'register'), lines.map((line) => `${line}\n`).join(''))
    },
    async [Symbol.asyncDispose]() {
      if (ending) return
      ending = true
      undertaker.stdin?.end()
      // It may have been killed, before or meanwhile; its deed can be done by another.
      if (!(await succeeded(undertaker))) await bury(directory)
    },
  }
}

/** Buries every server of `runDirectory` that is dead; leaves those alive alone. */
export async function cleanUpAfterDead(runDirectory: string, log: Log): Promise<void> {
  const names = await readdir(runDirectory)
  for (const name of names) {
    if (!(await isDead(name))) continue
    log.info({ server: name }, 'cleaning up after a server that is dead')
    try {
      await bury(join(runDirectory, name))
    } catch (error) {
      // What the dead have left must not keep the living from starting; the next start tries again.
      log.error({ server: name, error }, 'could not clean up after a dead server')
    }
  }
}

function startUndertaker(directory: string, stdin: 'pipe' | 'ignore'): ChildProcess {
  // A session of its own, so that no signal to the server's terminal reaches it. Node's pipes are not
  // inherited by other children: this process alone holds the end that it waits for.
  return spawn('/bin/sh', [undertakerPath, directory], {
    detached: true,
    stdio: [stdin, 'ignore', 'ignore'],
    env: { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin' },
    cwd: '/',
  })
}

/** Kills and removes all that is registered in a home whose server is dead or ending. */
async function bury(directory: string): Promise<void> {
  if (!(await succeeded(startUndertaker(directory, 'ignore'))))
    throw new Error(`Sandboxes registered in ${directory} could not be removed`)
}

async function succeeded(undertaker: ChildProcess): Promise<boolean> {
  undertaker.ref()
  if (undertaker.exitCode === null && undertaker.signalCode === null) await once(undertaker, 'exit')
  return undertaker.exitCode === 0
}

/** `<boot>-<pid>-<start time>` of this process. */
async function ownIdentity(): Promise<string> {
  return `${await bootId()}-${process.pid}-${await startTime(process.pid)}`
}

/** Whether `name` is a server home and its server is not running. Other names are not ours to judge. */
async function isDead(name: string): Promise<boolean> {
  const match = /^([0-9a-f]{8})-([1-9]\d*)-(\d+)-[0-9a-f]{6}$/.exec(name)
  if (match === null) return false
  if (match[1] !== (await bootId())) return true
  return (await startTime(Number(match[2]))) !== match[3]
}

async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).slice(0, 8)
}
