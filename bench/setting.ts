import type { LoadClient } from './load.ts'

/** What every group of rows is given. */
export interface Setting {
  readonly client: LoadClient
  /** The Node.js that runs functions of nodejs24.x. */
  readonly functionNode: string
  /** Of load; rows whose repetition is one start take more of them. */
  readonly repetitions: number
  readonly starts: number
  /** Of load on each server before its first repetition. */
  readonly prepareMs: number
  /** At the begin of each repetition. */
  readonly warmupMs: number
  readonly runMs: number
}
