/**
 * The process of a sandbox before it is one: a shell that enters the sandbox's control groups, waits for a command on
 * its standard input, and becomes it.
 *
 * Entering takes some 10 ms, in which the kernel waits for all of its processors (cgroup_threadgroup_rwsem) and the rest
 * of the sandbox is made. Invariant: nothing but this shell runs before it is inside. Called by: backend.ts.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { assert } from '../../kernel/assert.ts'
import type { Cgroup } from '../cgroups/cgroups.ts'
import { keptOutput } from '../child-streams.ts'
import type { ChildEnd, SpawnedProcess, Spawner } from '../posix-spawn.ts'
import type { Precedence } from './precedence.ts'

/** The words of the command come a line each, and then an empty one; what follows is the command's to read. */
const script =
  'for group; do echo 0 >"$group" || exit 125; done; set --; ' +
  'while IFS= read -r word && [ -n "$word" ]; do set -- "$@" "$word"; done; ' +
  '[ $# -gt 0 ] && exec "$@"; exit 125'

export class EnteredShell {
  readonly process: ChildProcess | SpawnedProcess
  readonly stdout: Readable
  readonly stderr: Readable
  /** Of the shell, or of what it has become. */
  readonly exited: Promise<ChildEnd>

  private constructor(child: ChildProcess | SpawnedProcess, exited: Promise<ChildEnd>) {
    this.process = child
    this.stdout = keptOutput(child.stdout!)
    this.stderr = keptOutput(child.stderr!)
    this.exited = exited
    // It may be killed before anybody has looked at its streams.
    for (const stream of child.stdio) stream?.on('error', () => undefined)
  }

  /**
   * Resolves when it is spawned; it is not inside yet.
   * @param descriptors how many there are beside the standard streams: from 3 on, connected sockets
   * @param spawner undefined where only node:child_process can
   * @throws Error when it cannot be spawned
   */
  static async start(
    cgroup: Cgroup,
    descriptors: number,
    precedence: Precedence,
    spawner: Spawner | undefined,
  ): Promise<EnteredShell> {
    const command = ['/bin/sh', '-c', script, 'sh', ...cgroup.entrances] as const
    // Standard input is a socket of our own, and never /dev/null: crun gives its standard streams to the user inside
    // (fchown), until its fix of issue 1845 the host's /dev/null as well.
    const child = spawner?.spawn(command, 3 + descriptors) ?? (await fork(command, 3 + descriptors))
    precedence.yieldFrom(child.pid)
    return new EnteredShell(child, 'exited' in child ? child.exited : exitOf(child))
  }

  /** Once. @param keepsInput its standard input stays open, for orders; otherwise it is at its end */
  become(command: readonly string[], keepsInput: boolean): void {
    for (const word of command)
      assert(/^[^\n]+$/.test(word), `a word of a command is a line: ${JSON.stringify(word)}`)
    const words = `${command.join('\n')}\n\n`
    if (keepsInput) this.process.stdin?.write(words)
    else this.process.stdin?.end(words)
  }
}

/** @throws Error when it cannot be spawned */
async function fork(
  [program, ...words]: readonly [string, ...string[]],
  descriptors: number,
): Promise<ChildProcess> {
  const stdio = Array.from({ length: descriptors }, () => 'pipe' as const)
  const child = spawn(program, words, { stdio, env: {}, cwd: '/' })
  if (child.pid !== undefined) return child
  // It has no streams then.
  const [error] = (await once(child, 'error')) as [Error]
  throw error
}

function exitOf(child: ChildProcess): Promise<ChildEnd> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
}
