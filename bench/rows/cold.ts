/** Cold starts: the first call of a function that was just created, with a pool and without. */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type DeployOptions,
  type Lambdad,
  echoHandler,
  invokeCall,
  signedCalls,
  startLambdad,
} from '../lambdad.ts'
import { type Goal, type Row, atMost, number } from '../report.ts'
import type { Setting } from '../setting.ts'
import { type Spread, percentile, ratios } from '../statistics.ts'
import { timeToExit, timeToFirstByte } from '../yardsticks/bare-node.ts'

/** For what the step before has left behind to end, and for a pool to be full again. */
const settleMs = 200

const pythonHandler = 'def handler(event, context):\n    return event\n'
/** As each language writes JSON. */
const nodeAnswer = (index: number): string => `{"index":${index}}`
const pythonAnswer = (index: number): string => `{"index": ${index}}`

interface ColdStarts {
  readonly coldMs: number[]
  readonly exitMs: number[]
  readonly firstByteMs: number[]
  readonly failures: number
}

export async function coldRows(setting: Setting): Promise<Row[]> {
  const pooled = await coldStarts(setting, [], echoHandler, nodeAnswer)
  const python = await coldStarts(setting, [], pythonHandler, pythonAnswer, {
    runtime: 'python3.11',
  })
  const empty = await coldStarts(setting, ['--memory-budget=0'], echoHandler, nodeAnswer)
  const row = (
    what: string,
    starts: ColdStarts,
    goal: (ratio: Spread) => Goal | undefined,
  ): Row => {
    const ratio = ratios(starts.coldMs, starts.exitMs)
    return {
      what,
      lambdad: figures(starts.coldMs),
      beside: `\`node -e 0\` to its end ${figures(starts.exitMs)}`,
      ratio,
      goal: goal(ratio),
      samples: `${starts.coldMs.length} / ${starts.exitMs.length}`,
      failures: starts.failures,
    }
  }
  const p50 = (starts: ColdStarts): number => percentile(starts.coldMs, 0.5)
  return [
    row('Cold start from the pool, Node, p50 / p99', pooled, () => atMost(6, p50(pooled), ' ms')),
    row('Same, by the yardstick', pooled, (ratio) => atMost(0.2, ratio.median, 'x')),
    row('Cold start from the pool, Python', python, () => atMost(5, p50(python), ' ms')),
    row('Cold start, pool empty, Node', empty, (ratio) => atMost(1.4, ratio.median, 'x')),
    {
      ...row('Same', empty, () => undefined),
      beside: `bare Node to the first byte of output ${figures(empty.firstByteMs)}`,
      ratio: ratios(empty.coldMs, empty.firstByteMs),
    },
  ]
}

async function coldStarts(
  setting: Setting,
  args: readonly string[],
  handler: string,
  answer: (index: number) => string,
  options?: DeployOptions,
): Promise<ColdStarts> {
  await using server = await startLambdad('off', args)
  const starts = { coldMs: [] as number[], exitMs: [] as number[], firstByteMs: [] as number[] }
  let failures = 0
  // The first of all also reads the runtime from the disk.
  for (let index = -1; index < setting.starts; index += 1) {
    const name = `cold-${index + 1}`
    await server.deploy(name, handler, options)
    const exitMs = await timeToExit(setting.functionNode)
    await sleep(settleMs)
    const result = await callOnce(setting, server, name, { index }, answer(index))
    await server.remove(name)
    await sleep(settleMs)
    const firstByteMs = await timeToFirstByte(setting.functionNode)
    failures += result.failures
    if (result.failures > 0) console.error(`cold start: ${result.firstFailure}`)
    const coldMs = result.latenciesMs[0]
    if (index < 0 || coldMs === undefined) continue
    starts.coldMs.push(coldMs)
    starts.exitMs.push(exitMs)
    starts.firstByteMs.push(firstByteMs)
  }
  return { ...starts, failures }
}

async function callOnce(
  setting: Setting,
  server: Lambdad,
  name: string,
  event: object,
  answer: string,
) {
  return setting.client.run({
    port: server.port,
    connections: [await signedCalls(invokeCall(name, event), server)],
    expectedBody: Buffer.from(answer),
    warmupMs: 0,
    durationMs: 1000,
    requestsMax: 1,
  })
}

function figures(samplesMs: readonly number[]): string {
  return `${number(percentile(samplesMs, 0.5))} / ${number(percentile(samplesMs, 0.99))} ms`
}
