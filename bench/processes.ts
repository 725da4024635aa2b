/**
 * The processes and directories of a benchmark: each is ended by its own id, or removed, whatever happens.
 * Invariant: none outlives this process. A server killed here has an undertaker of its own for its sandboxes.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const running = new Set<ChildProcess>()
let scratch: string | undefined

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
  // Someone who is being killed may still write for a moment.
  if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true, maxRetries: 5 })
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(1))
}

/** Without the compile cache of the tools, which would flatter what is measured beside the server. */
export const plainEnvironment: NodeJS.ProcessEnv = { ...process.env }
delete plainEnvironment['NODE_COMPILE_CACHE']

/** A new directory, there until this process ends. */
export function newDirectory(): string {
  scratch ??= mkdtempSync(path.join(os.tmpdir(), 'lambdad-bench-'))
  return mkdtempSync(path.join(scratch, 'run-'))
}

/** Takes care of the end of a process that was just started. */
export function own<T extends ChildProcess>(child: T): T {
  running.add(child)
  child.once('exit', () => running.delete(child))
  child.once('error', () => running.delete(child))
  return child
}

/** Resolves when it has ended; one that does not end within ten seconds is killed. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const patience = new AbortController()
  const killed = sleep(10_000, undefined, { signal: patience.signal }).then(
    () => child.kill('SIGKILL'),
    () => undefined,
  )
  await ended
  patience.abort()
  await killed
}

/**
 * Starts a program that says on standard output (or error) when it is ready.
 * @returns the process and what `pattern` found. @throws with the program's words when it ends before.
 */
export async function startAndRead(
  command: readonly [string, ...string[]],
  pattern: RegExp,
  environment: NodeJS.ProcessEnv = plainEnvironment,
): Promise<{ child: ChildProcess; match: RegExpExecArray }> {
  const [program, ...words] = command
  const child = own(spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], env: environment }))
  let output = ''
  const match = await new Promise<RegExpExecArray>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString()
      const found = pattern.exec(output)
      if (found) resolve(found)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`${program} ended before it was ready: ${output}`)))
  })
  return { child, match }
}

/** Children, their children and so on; not the process itself. */
export async function descendants(ancestor: number): Promise<number[]> {
  const parents = new Map<number, number>()
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')
    // The name in brackets may hold anything; the parent is the second field after it.
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]
    if (parent !== undefined) parents.set(Number(name), Number(parent))
  }
  const found = new Set([ancestor])
  for (let size = 0; size !== found.size;) {
    size = found.size
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid)
  }
  found.delete(ancestor)
  return [...found]
}
