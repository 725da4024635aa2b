/** What functions do to each other, and what they use while they rest. */
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { LoadClient } from '../load.ts'
import { type Lambdad, echoHandler, invokeCall, signedCalls, startLambdad } from '../lambdad.ts'
import { descendants } from '../processes.ts'
import { type Row, atMost, number } from '../report.ts'
import type { Setting } from '../setting.ts'
import { percentile, ratios } from '../statistics.ts'

/** Uses a processor for as long as it is told, in front of as many callers as there are environments. */
const busyHandler = `export const handler = async (event) => {
  const until = Date.now() + event.busyMs
  while (Date.now() < until);
  return event
}
`
const flood = { busyMs: 20 }
const floodCallers = 16

/** Would never rest if it were not frozen. */
const restlessHandler = `setInterval(() => { const until = Date.now() + 5; while (Date.now() < until); }, 10)
export const handler = async (event) => event
`
/** Frozen after a second; then looked at for this long. */
const freezeMs = 2_500
const lookMs = 2_000

export async function neighbourRows(setting: Setting): Promise<Row[]> {
  return [await floodRow(setting), await frozenRow(setting)]
}

async function floodRow(setting: Setting): Promise<Row> {
  await using server = await startLambdad()
  await using flooder = new LoadClient()
  await server.deploy('quiet', echoHandler)
  await server.deploy('flood', busyHandler)
  const call = async (
    client: LoadClient,
    name: string,
    event: object,
    callers: number,
    ms: number,
  ) => {
    const requests = await signedCalls(invokeCall(name, event), server)
    return client.run({
      port: server.port,
      connections: Array.from({ length: callers }, () => requests),
      expectedBody: Buffer.from(JSON.stringify(event)),
      warmupMs: 0,
      durationMs: ms,
    })
  }
  const quiet = (ms: number) => call(setting.client, 'quiet', { a: 1 }, 1, ms)
  await quiet(setting.prepareMs)
  await call(flooder, 'flood', flood, floodCallers, setting.prepareMs)
  const alone: number[] = []
  const beside: number[] = []
  let failures = 0
  let samples = 0
  for (let index = 0; index < setting.repetitions; index += 1) {
    const before = await quiet(setting.runMs)
    const flooding = call(flooder, 'flood', flood, floodCallers, setting.runMs + 400)
    await sleep(200)
    const during = await quiet(setting.runMs)
    const others = await flooding
    failures += before.failures + during.failures + others.failures
    samples += during.latenciesMs.length
    alone.push(percentile(before.latenciesMs, 0.99))
    beside.push(percentile(during.latenciesMs, 0.99))
  }
  const ratio = ratios(beside, alone)
  return {
    what: `Warm invoke beside ${floodCallers} callers of a function that uses all processors, p99`,
    lambdad: `${number(percentile(beside, 0.5))} ms`,
    beside: `alone ${number(percentile(alone, 0.5))} ms`,
    ratio,
    goal: atMost(2, ratio.median, 'x'),
    samples: String(samples),
    failures,
  }
}

async function frozenRow(setting: Setting): Promise<Row> {
  await using server = await startLambdad()
  await server.deploy('restless', restlessHandler)
  const event = { a: 1 }
  const result = await setting.client.run({
    port: server.port,
    connections: [await signedCalls(invokeCall('restless', event), server)],
    expectedBody: Buffer.from(JSON.stringify(event)),
    warmupMs: 0,
    durationMs: 500,
  })
  const awake = await sandboxCpuMs(server, 500)
  await sleep(freezeMs)
  const frozen = await sandboxCpuMs(server, lookMs)
  return {
    what: 'Processor time of a frozen sandbox whose function never rests',
    lambdad: `${number(frozen)} ms in ${lookMs} ms`,
    beside: `before it is frozen ${number(awake)} ms in 500 ms`,
    ratio: undefined,
    goal: atMost(0, frozen, ' ms'),
    samples: '1',
    failures: result.failures,
  }
}

/** Of all processes that the server has started, ms. */
async function sandboxCpuMs(server: Lambdad, overMs: number): Promise<number> {
  const before = await cpuOf(await descendants(server.pid))
  await sleep(overMs)
  const after = await cpuOf([...before.keys()])
  let spent = 0
  for (const [pid, ms] of after) spent += ms - (before.get(pid) ?? 0)
  return spent
}

/** Of each one's main thread, where functions run; the scheduler keeps ns. Source: sched-stats.rst. */
async function cpuOf(pids: readonly number[]): Promise<Map<number, number>> {
  const times = new Map<number, number>()
  for (const pid of pids) {
    const text = await readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => '0')
    times.set(pid, Number(text.split(' ')[0]) / 1e6)
  }
  return times
}
