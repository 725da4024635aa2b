/**
 * Warm rows: latency over one connection and throughput over sixteen, all subjects by turns. Where lambdad keeps
 * processors awake, which the yardsticks do not, some are measured once more with these kept awake for all.
 */
import { silentLog } from '../../src/kernel/log.ts'
import { ProcessorSleep } from '../../src/sandbox/index.ts'
import type { LoadResult } from '../load-client.ts'
import { echoHandler, invokeCall, signedCalls, startLambdad } from '../lambdad.ts'
import { type Goal, type Row, atLeast, atMost, number, thousands } from '../report.ts'
import type { Setting } from '../setting.ts'
import { percentile, ratios, spread } from '../statistics.ts'
import { startEcho, startWorkerd } from '../yardsticks/servers.ts'

const event = { name: 'lambdad', items: [1, 2, 3], nested: { text: 'a small event' } }
const connectionCount = 16
/** With `--auth on` no signature comes twice within so many requests of a connection. */
const signatureCount = 120

const loggingHandler = `export const handler = async (event) => {
  console.log('event:', event.name)
  return event
}
`

interface Subject {
  readonly name: string
  readonly port: number
  /** The requests of one connection. */
  readonly requests: () => Promise<Uint8Array[]>
}

type Subjects = Readonly<Record<'echo' | 'workerd' | 'plain' | 'verified' | 'logging', Subject>>

export async function warmRows(setting: Setting): Promise<Row[]> {
  await using echo = await startEcho()
  await using workerd = await startWorkerd(echoHandler)
  await using server = await startLambdad()
  await using verifying = await startLambdad('on')
  await server.deploy('echo', echoHandler)
  await server.deploy('logging', loggingHandler)
  await verifying.deploy('echo', echoHandler)

  const call = invokeCall('echo', event)
  const signed = (port: number) => () => signedCalls(call, { port })
  const subjects: Subjects = {
    echo: { name: 'Node HTTP echo', port: echo.port, requests: signed(echo.port) },
    workerd: { name: 'workerd', port: workerd.port, requests: signed(workerd.port) },
    plain: { name: 'lambdad', port: server.port, requests: signed(server.port) },
    logging: {
      name: 'lambdad, a line of log',
      port: server.port,
      requests: () => signedCalls(invokeCall('logging', event), server),
    },
    verified: {
      name: 'lambdad, --auth on',
      port: verifying.port,
      requests: () => signedCalls(call, verifying, signatureCount),
    },
  }
  const rows = [
    ...(await latencyRows(setting, subjects)),
    ...(await throughputRows(setting, subjects)),
  ]
  using sleep = new ProcessorSleep(silentLog)
  sleep.prevent(true)
  return sleep.isPrevented ? [...rows, ...(await wakefulRows(setting, subjects))] : rows
}

/** While no processor sleeps, whoever runs. */
async function wakefulRows(setting: Setting, subjects: Subjects): Promise<Row[]> {
  const { echo, workerd, plain } = subjects
  const awake = 'processors awake for all'
  const what = `Warm throughput, ${connectionCount} connections, ${awake}`
  const one = await byTurns(setting, [echo, plain], 1)
  const many = await byTurns(setting, [echo, plain, workerd], connectionCount)
  const manyRow = throughputRowOf(many)
  return [
    latencyRowOf(one)(`Warm invoke, 1 connection, ${awake}, p50 / p99`, plain, echo),
    manyRow(what, plain, echo),
    manyRow(`${what}, unsandboxed workerd`, plain, workerd),
  ]
}

async function latencyRows(setting: Setting, subjects: Subjects): Promise<Row[]> {
  const { echo, plain, verified, logging } = subjects
  const row = latencyRowOf(await byTurns(setting, [echo, plain, verified, logging], 1))
  return [
    row('Warm invoke, 1 connection, p50 / p99', plain, echo, (ratio) => atMost(2, ratio, 'x')),
    row('Same, `--auth on`, every signature verified', verified, echo),
    row('Same, the function writing a line of log', logging, echo),
  ]
}

async function throughputRows(setting: Setting, subjects: Subjects): Promise<Row[]> {
  const { echo, workerd, plain, verified } = subjects
  const runs = await byTurns(setting, [echo, plain, workerd, verified], connectionCount)
  const row = throughputRowOf(runs)
  const what = `Warm throughput, ${connectionCount} connections`
  return [
    row(what, plain, echo, (ratio) => atLeast(0.3, ratio, 'x', 0.45)),
    row(`${what}, unsandboxed workerd`, plain, workerd, (ratio) => atLeast(1.5, ratio, 'x')),
    row(`${what}, \`--auth on\``, verified, echo),
  ]
}

type RowOf = (
  what: string,
  subject: Subject,
  yardstick: Subject,
  goal?: (ratio: number) => Goal,
) => Row

const latencyRowOf = (runs: Runs): RowOf =>
  rowOf(runs, latency, (run) => percentile(run.latenciesMs, 0.5))
const throughputRowOf = (runs: Runs): RowOf => rowOf(runs, throughput, perSecond)

/** @param figure by which a run is compared with that of a yardstick */
function rowOf(
  runs: Runs,
  words: (runs: readonly LoadResult[]) => string,
  figure: (run: LoadResult) => number,
): RowOf {
  return (what, subject, yardstick, goal) => {
    const ours = runs.of(subject)
    const theirs = runs.of(yardstick)
    const ratio = ratios(ours.map(figure), theirs.map(figure))
    return {
      what,
      lambdad: words(ours),
      beside: `${yardstick.name} ${words(theirs)}`,
      ratio,
      goal: goal?.(ratio.median),
      ...counts(ours, theirs),
    }
  }
}

interface Runs {
  of(subject: Subject): readonly LoadResult[]
}

/**
 * A B C A B C ...: what disturbs the machine for a while disturbs all of them. Before that each is run once without
 * counting, so that environments exist and code is compiled.
 */
async function byTurns(
  setting: Setting,
  subjects: readonly Subject[],
  connections: number,
): Promise<Runs> {
  const runs = new Map<Subject, LoadResult[]>(subjects.map((subject) => [subject, []]))
  for (const subject of subjects) await measure(setting, subject, connections, setting.prepareMs)
  for (let repetition = 0; repetition < setting.repetitions; repetition += 1) {
    for (const subject of subjects) {
      const result = await measure(setting, subject, connections, setting.warmupMs)
      if (result.latenciesMs.length === 0) throw new Error(`${subject.name} answered nothing`)
      runs.get(subject)?.push(result)
    }
  }
  return { of: (subject) => runs.get(subject) ?? [] }
}

async function measure(
  setting: Setting,
  subject: Subject,
  connections: number,
  warmupMs: number,
): Promise<LoadResult> {
  const requests = await subject.requests()
  const result = await setting.client.run({
    port: subject.port,
    connections: Array.from({ length: connections }, () => requests),
    expectedBody: Buffer.from(JSON.stringify(event)),
    warmupMs,
    durationMs: setting.runMs,
  })
  if (result.failures > 0) {
    console.error(`${subject.name}: ${result.failures} failures, e.g. ${result.firstFailure}`)
  }
  return result
}

function p50s(runs: readonly LoadResult[]): number[] {
  return runs.map((run) => percentile(run.latenciesMs, 0.5))
}

function latency(runs: readonly LoadResult[]): string {
  const p99s = runs.map((run) => percentile(run.latenciesMs, 0.99))
  const [p50Us, p99Us] = [p50s(runs), p99s].map((each) => spread(each).median * 1000)
  return `${number(p50Us as number)} / ${number(p99Us as number)} µs`
}

function perSecond(run: LoadResult): number {
  return run.latenciesMs.length / (run.elapsedMs / 1000)
}

function throughput(runs: readonly LoadResult[]): string {
  return `${thousands(spread(runs.map(perSecond)).median)}/s (${latency(runs)})`
}

function counts(
  ours: readonly LoadResult[],
  theirs: readonly LoadResult[],
): Pick<Row, 'samples' | 'failures'> {
  const [a, b] = [ours, theirs].map((runs) => total(runs.map((run) => run.latenciesMs.length)))
  return {
    samples: `${thousands(a as number)} / ${thousands(b as number)}`,
    failures: total([...ours, ...theirs].map((run) => run.failures)),
  }
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
