/** What `/proc/<pid>/stat` tells of a process. Source: proc_pid_stat(5). */
import { readFile } from 'node:fs/promises'

export interface ProcessStat {
  /** False for a zombie, too: it keeps its number and does nothing any more. */
  readonly alive: boolean
  readonly session: number
  /** Whether it has waited for children that have ended: they had page faults, which are counted for it then. */
  readonly hadChildren: boolean
  /** Processor time used, user and system. */
  readonly cpuTicks: number
  /** Clock ticks from boot to its start: with its number, its identity. */
  readonly startTime: string
}

/** @param text of the file; empty for a process that is not there */
export function parseStat(text: string): ProcessStat {
  // The command, in parentheses, is the process's own choice and may contain anything, `)` included.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state = '', , , session] = fields
  return {
    alive: text !== '' && state !== 'Z' && state !== 'X',
    session: Number(session ?? 0),
    hadChildren: Number(fields[8] ?? 0) > 0,
    cpuTicks: Number(fields[11] ?? 0) + Number(fields[12] ?? 0),
    startTime: fields[19] ?? '',
  }
}

/** The start time of a living process, undefined when there is none of this number. */
export async function startTime(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const stat = parseStat(text)
  return stat.alive ? stat.startTime : undefined
}
