/**
 * What a run has found, as a table. It computes who met a target; nobody types that.
 * Called by: main.ts. Read next: rows/, which make the rows.
 */
import type { Spread } from './statistics.ts'

export interface Row {
  readonly what: string
  /** Measured of lambdad, in words with a unit. */
  readonly lambdad: string
  /** The yardstick's name and figure, measured in the same run. */
  readonly beside: string
  /** lambdad's figure by the yardstick's, over the repetitions. */
  readonly ratio: Spread | undefined
  readonly goal: Goal | undefined
  /** Answers that were timed, or things that were weighed; lambdad's and the yardstick's. */
  readonly samples: string
  readonly failures: number
}

export interface Goal {
  readonly text: string
  readonly isMet: boolean
}

/** @param unit what follows the number: `x`, ` ms`. */
export function atMost(limit: number, measured: number, unit: string): Goal {
  return { text: `≤ ${limit}${unit}`, isMet: measured <= limit }
}

/** @param stretch where we would like to be one day. */
export function atLeast(limit: number, measured: number, unit: string, stretch?: number): Goal {
  const further = stretch === undefined ? '' : ` (stretch ${stretch}${unit})`
  return { text: `≥ ${limit}${unit}${further}`, isMet: measured >= limit }
}

export interface Report {
  /** When the run began. */
  readonly date: Date
  /** Name and value of what the figures depend on. */
  readonly machine: readonly (readonly [string, string])[]
  readonly rows: readonly Row[]
  readonly isQuick: boolean
  readonly tookMs: number
}

export function missed(rows: readonly Row[]): Row[] {
  return rows.filter((row) => row.failures > 0 || row.goal?.isMet === false)
}

/** A document in Markdown. */
export function markdown(report: Report): string {
  const { rows, machine, date, isQuick, tookMs } = report
  const withGoal = rows.filter((row) => row.goal !== undefined)
  const met = withGoal.length - withGoal.filter((row) => mark(row) !== 'met').length
  return `# Benchmarks

Written by \`npm run bench\` on ${date.toISOString().slice(0, 10)}${isQuick ? ', with --quick: too few repetitions to rely on' : ''}; run it again rather than change it by hand.
${met} of ${withGoal.length} targets met, ${sum(rows.map((row) => row.failures))} failed requests, ${Math.round(tookMs / 1000)} s.

Each row is measured beside its yardstick in the same run, by turns. Figures are medians over the repetitions; a
ratio is taken within each repetition, and is followed by the smallest and the largest. Absolute figures belong to
this machine; ratios travel better.

| What | lambdad | Beside | Ratio | Target | | Samples | Failures |
|---|---|---|---|---|---|---|---|
${rows.map(tableRow).join('\n')}

## How

- **Warm rows.** A client in a process of its own sends prepared requests over kept-alive connections, one under way
  on each, and checks the status and the body of every answer; a warm-up comes before each measured time. The
  function is \`async (event) => event\` on nodejs24.x in a crun sandbox. Every request carries a SigV4
  signature; unless the row says otherwise the server runs with \`--auth off\`, which reads it but believes it. The
  echo is a server on node:http in a process of its own that sends each body back; workerd runs the same handler
  without a sandbox. Client, servers and sandboxes share the cores.
- **Processors awake for all.** In virtual machines with haltpoll lambdad keeps idle processors from sleeping while
  quick invocations come in close succession and at cold starts (ARCHITECTURE.md says why), which the yardsticks do
  not: targets are judged as each runs on the machine. In these rows the benchmark does it for all of them, a
  comparison on equal terms, by turns among themselves. On other machines there are none.
- **Cold start.** The first call of a function just created: no environment exists, no pool helps. Beside it, a bare
  start of the same Node.js.
- **Server start.** From the call that starts \`bin/lambdad\` to the first answer over a socket that tries all the time.
- **Memory.** From /proc/PID/smaps_rollup, of a server and all processes below it, before and after sandboxes were
  added; beside them as many bare Node.js processes, started when those had ended. PSS counts shared pages in shares.
- **Accounts.** Two servers at the same time, one with ten functions and one with ten thousand, each function with a
  package of its own and a published version; calls of one function go to a hundred of them in turn. "Last page" begins
  near the end of the list. Lists are of the same length on both sides.

## Machine

| | |
|---|---|
${machine.map(([name, value]) => `| ${name} | ${value} |`).join('\n')}
`
}

function tableRow(row: Row): string {
  const ratio = row.ratio ? `${number(row.ratio.median)}x (${range(row.ratio)})` : ''
  const cells = [
    row.what,
    row.lambdad,
    row.beside,
    ratio,
    row.goal?.text ?? '',
    mark(row),
    row.samples,
    String(row.failures),
  ]
  return `| ${cells.join(' | ')} |`
}

/** What was measured with failures proves nothing. */
function mark(row: Row): string {
  if (row.goal === undefined) return ''
  return row.goal.isMet && row.failures === 0 ? 'met' : '**missed**'
}

function range({ min, max }: Spread): string {
  return `${number(min)}–${number(max)}`
}

/** With the smallest and the largest: for figures that have no yardstick, and thus no ratio. */
export function withRange(measured: Spread, unit: string): string {
  return `${number(measured.median)}${unit} (${range(measured)})`
}

/** Three significant digits are more than a shared machine can promise. */
export function number(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toFixed(digits)
}

/** 18,400/s reads better than 18400. */
export function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
