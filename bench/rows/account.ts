/**
 * An account as it grows: each call in one of ten thousand functions beside the same call in one of ten, by turns, on
 * two servers that run at the same time. Every function has a package of its own and a published version.
 * Read next: account-calls.ts.
 */
import net from 'node:net'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { exchange } from '../exchange.ts'
import {
  type Lambdad,
  create,
  echoHandler,
  invokeCall,
  signedCalls,
  startLambdad,
  untilActive,
} from '../lambdad.ts'
import type { LoadResult } from '../load-client.ts'
import { newDirectory } from '../processes.ts'
import { type Row, atMost, number, thousands } from '../report.ts'
import type { Setting } from '../setting.ts'
import { percentile, ratios, spread } from '../statistics.ts'
import { type Weight, weigh } from '../weigh.ts'
import { type AccountCall, accountCalls, deepPage, firstPage, nameOf } from './account-calls.ts'
import { measureStart } from './start.ts'

const fewCount = 10
const manyCount = 10_000
/** What still counts as flat: what two runs of the same call on a shared machine may differ by. */
const flat = 1.3

/** Functions that are asked for in turn. */
const askedMax = 100
/** By number, not by time: there are many calls to measure, and a p50 needs no more. */
const requestsPerRun = 300
const requestsToPrepare = 1_500
const runMsMax = 30_000
/** Creations, one after the other, in each repetition. */
const creations = 5
const fillers = 16
const restMs = 1_500
/** Sandboxes that wait are somebody else's row. */
const options = ['--memory-budget=0']

interface Account {
  readonly size: number
  readonly server: Lambdad
}

/** Figures of the account of many functions, and of that of few, one a repetition. */
interface Pair {
  readonly many: readonly number[]
  readonly few: readonly number[]
  readonly samples: string
  readonly failures: number
}

export async function accountRows(setting: Setting): Promise<Row[]> {
  const directories = { many: newDirectory(), few: newDirectory() }
  const filled = await measureFilled(setting, directories)
  const startRows = await startRowsOf(setting, directories)
  await using many = await startLambdad('off', options, directories.many)
  await using few = await startLambdad('off', options, directories.few)
  await sleep(restMs)
  const started = { many: await weigh(many.pid), few: await weigh(few.pid) }
  return [
    ...filled.rows,
    ...startRows,
    memoryRow('Memory of a server just started', started),
    memoryRow('Memory of a server that has deployed them all since its start', filled.weights),
  ]
}

async function measureFilled(
  setting: Setting,
  directories: { readonly many: string; readonly few: string },
): Promise<{ rows: Row[]; weights: { many: Weight; few: Weight } }> {
  await using manyServer = await startLambdad('off', options, directories.many)
  await using fewServer = await startLambdad('off', options, directories.few)
  const many = { size: manyCount, server: manyServer }
  const few = { size: fewCount, server: fewServer }
  for (const account of [few, many]) await fill(account)
  await sleep(restMs)
  const weights = { many: await weigh(manyServer.pid), few: await weigh(fewServer.pid) }
  const rows = [await coldRow(setting, many, few)]
  for (const call of accountCalls) rows.push(await callRow(setting, call, many, few))
  rows.push(await pageRow(setting, many))
  rows.push(await createRow(setting, many, few))
  return { rows, weights }
}

async function fill({ size, server }: Account): Promise<void> {
  const startMs = performance.now()
  let next = 0
  const work = async (): Promise<void> => {
    while (next < size) {
      const name = nameOf(next++)
      await create(server.client, name, `${echoHandler}// ${name}\n`, { publish: true })
      await untilActive(server.client, name)
    }
  }
  await Promise.all(Array.from({ length: Math.min(fillers, size) }, work))
  const tookMs = performance.now() - startMs
  console.error(`account: ${thousands(size)} functions in ${number(tookMs / 1000)} s`)
}

async function callRow(
  setting: Setting,
  call: AccountCall,
  many: Account,
  few: Account,
): Promise<Row> {
  const pair = await byTurns(setting, await preparedCall(call, many), await preparedCall(call, few))
  return row(`${call.what} among ${thousands(manyCount)} functions, p50`, `among ${fewCount}`, pair)
}

/** Within one account, by the largest pages there are. */
async function pageRow(setting: Setting, many: Account): Promise<Row> {
  const pair = await byTurns(
    setting,
    await preparedCall(deepPage, many),
    await preparedCall(firstPage, many),
  )
  return row(
    `ListFunctions, the last page of 50 of ${thousands(manyCount)}, p50`,
    'the first',
    pair,
  )
}

interface PreparedCall {
  readonly port: number
  readonly requests: readonly Uint8Array[]
  readonly bytes: number
}

/** The answer is looked at here, once; what the load client counts then are answers of its length. */
async function preparedCall(call: AccountCall, { size, server }: Account): Promise<PreparedCall> {
  const asked = Math.min(call.isOfOneFunction ? askedMax : 1, size)
  const requests: Uint8Array[] = []
  for (let index = 0; index < asked; index += 1) {
    const of = call.call(nameOf(Math.floor((index * size) / asked)), size)
    requests.push(...(await signedCalls(of, server)))
  }
  const socket = net.connect({ host: '127.0.0.1', port: server.port, noDelay: true })
  await once(socket, 'connect')
  try {
    const body = await exchange(socket, requests[0] as Uint8Array)
    call.check(JSON.parse(body), size)
    return { port: server.port, requests, bytes: body.length }
  } finally {
    socket.destroy()
  }
}

async function byTurns(setting: Setting, many: PreparedCall, few: PreparedCall): Promise<Pair> {
  const runs = { many: [] as LoadResult[], few: [] as LoadResult[] }
  for (const prepared of [many, few]) await run(setting, prepared, requestsToPrepare)
  for (let repetition = 0; repetition < setting.repetitions; repetition += 1) {
    runs.many.push(await run(setting, many, requestsPerRun))
    runs.few.push(await run(setting, few, requestsPerRun))
  }
  const p50s = (of: readonly LoadResult[]): number[] =>
    of.map(({ latenciesMs }) => percentile(latenciesMs, 0.5))
  const count = (of: readonly LoadResult[]): string =>
    thousands(of.reduce((sum, { latenciesMs }) => sum + latenciesMs.length, 0))
  return {
    many: p50s(runs.many),
    few: p50s(runs.few),
    samples: `${count(runs.many)} / ${count(runs.few)}`,
    failures: [...runs.many, ...runs.few].reduce((sum, { failures }) => sum + failures, 0),
  }
}

async function run(
  { client }: Setting,
  { port, requests, bytes }: PreparedCall,
  requestsMax: number,
): Promise<LoadResult> {
  const result = await client.run({
    port,
    connections: [requests],
    expectedBody: { bytes },
    warmupMs: 0,
    durationMs: runMsMax,
    requestsMax,
  })
  if (result.failures > 0) console.error(`account: ${result.firstFailure}`)
  return result
}

/** First calls: a function of each account has its environment made. */
async function coldRow(setting: Setting, many: Account, few: Account): Promise<Row> {
  const event = {}
  let failures = 0
  const first = async ({ server, size }: Account, index: number): Promise<number[]> => {
    const call = invokeCall(nameOf(Math.floor((index * size) / fewCount)), event)
    const result = await setting.client.run({
      port: server.port,
      connections: [await signedCalls(call, server)],
      expectedBody: Buffer.from(JSON.stringify(event)),
      warmupMs: 0,
      durationMs: 1000,
      requestsMax: 1,
    })
    failures += result.failures
    return [...result.latenciesMs]
  }
  const spent = { many: [] as number[], few: [] as number[] }
  for (let index = 0; index < fewCount; index += 1) {
    const [ours, theirs] = [await first(many, index), await first(few, index)]
    // The first of all also reads the runtime from the disk.
    if (index === 0) continue
    spent.many.push(...ours)
    spent.few.push(...theirs)
  }
  const samples = `${spent.many.length} / ${spent.few.length}`
  const what = `Cold start, pool empty, among ${thousands(manyCount)} deployed functions, p50`
  return row(what, `among ${fewCount}`, { ...spent, samples, failures })
}

async function createRow(setting: Setting, many: Account, few: Account): Promise<Row> {
  const spent = { many: [] as number[], few: [] as number[] }
  for (let repetition = 0; repetition < setting.repetitions; repetition += 1) {
    spent.many.push(await creationMs(many, repetition))
    spent.few.push(await creationMs(few, repetition))
  }
  const count = setting.repetitions * creations
  const what = `CreateFunction among ${thousands(manyCount)} functions, p50`
  const samples = `${count} / ${count}`
  return row(what, `among ${fewCount}`, { ...spent, samples, failures: 0 })
}

/** What is made goes at once: the accounts keep their size. */
async function creationMs({ server }: Account, repetition: number): Promise<number> {
  const spentMs: number[] = []
  for (let index = 0; index < creations; index += 1) {
    const name = `new-${repetition}-${index}`
    const startMs = performance.now()
    await create(server.client, name, `${echoHandler}// ${name}\n`, { publish: true })
    spentMs.push(performance.now() - startMs)
    await untilActive(server.client, name)
    await server.remove(name)
  }
  return percentile(spentMs, 0.5)
}

/** The first start of each also clears away what the server before had unpacked. */
async function startRowsOf(
  { starts }: Setting,
  directories: { readonly many: string; readonly few: string },
): Promise<Row[]> {
  const spent = { many: [] as number[], few: [] as number[] }
  const first = {
    many: [(await measureStart(directories.many)).answerMs],
    few: [(await measureStart(directories.few)).answerMs],
  }
  for (let index = 0; index < starts; index += 1) {
    spent.many.push((await measureStart(directories.many)).answerMs)
    spent.few.push((await measureStart(directories.few)).answerMs)
  }
  const what = `Server start to first answered call, ${thousands(manyCount)} functions, p50`
  const samples = `${starts} / ${starts}`
  return [
    row(what, `${fewCount} functions`, { ...spent, samples, failures: 0 }),
    {
      ...row(`Same, the first after ${thousands(manyCount)} were deployed`, `after ${fewCount}`, {
        ...first,
        samples: '1 / 1',
        failures: 0,
      }),
      // Of one pair a machine that others use says too little.
      goal: undefined,
    },
  ]
}

/** @param beside what `few` was measured of */
function row(what: string, beside: string, { many, few, samples, failures }: Pair): Row {
  const ratio = ratios(many, few)
  return {
    what,
    lambdad: duration(spread(many).median),
    beside: `${beside} ${duration(spread(few).median)}`,
    ratio,
    goal: atMost(flat, ratio.median, 'x'),
    samples,
    failures,
  }
}

function duration(ms: number): string {
  return ms < 1 ? `${number(ms * 1000)} µs` : `${number(ms)} ms`
}

function memoryRow(what: string, { many, few }: { many: Weight; few: Weight }): Row {
  const figures = ({ rssMb, pssMb }: Weight): string => `${number(rssMb)} MB / ${number(pssMb)} MB`
  return {
    what: `${what}, ${thousands(manyCount)} functions, RSS / PSS`,
    lambdad: figures(many),
    beside: `${fewCount} functions ${figures(few)}`,
    ratio: ratios([many.pssMb], [few.pssMb]),
    goal: undefined,
    samples: '1 / 1',
    failures: 0,
  }
}
