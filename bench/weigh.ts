/** What processes weigh in memory, as the kernel counts it. */
import { readFile } from 'node:fs/promises'

export interface Weight {
  readonly rssMb: number
  /** Resident, with shared pages counted in shares. */
  readonly pssMb: number
}

export async function weighAll(pids: readonly number[]): Promise<Weight> {
  const weights = await Promise.all(pids.map(weigh))
  const sum = (take: (weight: Weight) => number): number =>
    weights.reduce((total, weight) => total + take(weight), 0)
  return { rssMb: sum((each) => each.rssMb), pssMb: sum((each) => each.pssMb) }
}

export async function weigh(pid: number): Promise<Weight> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8')
  const mb = (name: string): number =>
    Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)?.[1]) / 1024
  return { rssMb: mb('Rss'), pssMb: mb('Pss') }
}
