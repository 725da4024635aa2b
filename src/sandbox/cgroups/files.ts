/** What both versions share: small control files, and removal of groups that may still be dying. */
import { readFile, rmdir, writeFile } from 'node:fs/promises'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../kernel/clock.ts'
import { sleep } from '../../kernel/clock.ts'
import { removeTimeoutMs } from '../limits.ts'

export async function readControl(path: string): Promise<string> {
  return await readFile(path, 'utf8')
}

export async function writeControl(path: string, value: string | number): Promise<void> {
  // `r+`: a control that this kernel lacks is ENOENT, not an attempt to create it.
  await writeFile(path, String(value), { flag: 'r+' })
}

export function writeControlSync(path: string, value: string | number): void {
  writeFileSync(path, String(value), { flag: 'r+' })
}

/**
 * While a group is idle its weight cannot be changed; afterwards it is the default.
 * @returns whether it is idle now: before Linux 5.15 none ever is
 */
export function setIdleSync(path: string, isIdle: boolean): boolean {
  try {
    writeControlSync(join(path, 'cpu.idle'), isIdle ? 1 : 0)
    return isIdle
  } catch (error) {
    if (!isGone(error)) throw error
    return false
  }
}

/** A number in a control file, 0 when the file is not there (any more). */
export function readNumberSync(path: string): number {
  return Number(readSync(path)) || 0
}

/** The numbers in a control file that has one to a line; none when it is not there (any more). */
export function readNumbersSync(path: string): number[] {
  return readSync(path).split('\n').filter(Boolean).map(Number)
}

/** A control file, empty when it is not there (any more). */
export function readSync(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** The value of `key` in a control file of `key value` lines, 0 when absent. */
export function keyedNumber(text: string, key: string): number {
  // Without splitting it: this is done while others wait.
  const start = `\n${key} `
  const at = `\n${text}`.indexOf(start)
  return at < 0 ? 0 : Number.parseInt(text.slice(at + start.length - 1), 10) || 0
}

/** Whether an error says that a group, or a process, is not there (any more). */
export function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ENOENT' || code === 'ENODEV' || code === 'ESRCH'
}

/** Runs `action`; that the group is gone is as good as done. */
export async function unlessGone(action: () => Promise<void>): Promise<void> {
  try {
    await action()
  } catch (error) {
    if (!isGone(error)) throw error
  }
}

/**
 * Removes groups, killing what is in them until they are empty. A group stays busy for a moment after its
 * last process died, hence the pauses: 1 ms, growing to 50 ms.
 * @throws Error when something in them outlives SIGKILL for `removeTimeoutMs`
 */
export async function removeGroups(
  paths: readonly string[],
  kill: () => Promise<void>,
  clock: Clock,
): Promise<void> {
  const startMs = clock.monotonicMs()
  for (let pauseMs = 1; ; pauseMs = Math.min(50, pauseMs * 2)) {
    const left = await removeOnce(paths)
    if (left.length === 0) return
    if (clock.monotonicMs() - startMs > removeTimeoutMs)
      throw new Error(`cgroup ${left[0]} still has processes, although they were killed`)
    await kill()
    await sleep(clock, pauseMs)
  }
}

async function removeOnce(paths: readonly string[]): Promise<string[]> {
  const left: string[] = []
  const remove = async (path: string) => {
    try {
      await rmdir(path)
    } catch (error) {
      if (!isGone(error)) left.push(path)
    }
  }
  await Promise.all(paths.map(remove))
  return left
}

/** Waits until `reached` says so. @throws Error after `timeoutMs`, with `what` in words */
export async function waitUntil(
  clock: Clock,
  timeoutMs: number,
  what: string,
  reached: () => Promise<boolean>,
): Promise<void> {
  const startMs = clock.monotonicMs()
  while (!(await reached())) {
    if (clock.monotonicMs() - startMs > timeoutMs)
      throw new Error(`${what}: not within ${timeoutMs} ms`)
    await sleep(clock, 1)
  }
}
