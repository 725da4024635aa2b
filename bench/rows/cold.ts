/** Cold start with nothing prepared: the first call of a function that was just created. */
import { setTimeout as sleep } from 'node:timers/promises'
import { echoHandler, invokeCall, signedCalls, startLambdad } from '../lambdad.ts'
import { type Row, atMost, number } from '../report.ts'
import type { Setting } from '../setting.ts'
import { percentile, ratios } from '../statistics.ts'
import { timeToExit, timeToFirstByte } from '../yardsticks/bare-node.ts'

/** For what the step before has left behind to end: sandboxes are taken down after the answer. */
const settleMs = 100

export async function coldRows(setting: Setting): Promise<Row[]> {
  await using server = await startLambdad()
  const cold: number[] = []
  const exits: number[] = []
  const firstBytes: number[] = []
  let failures = 0
  // The first of all also reads the runtime from the disk.
  for (let index = -1; index < setting.starts; index += 1) {
    const name = `cold-${index + 1}`
    await server.deploy(name, echoHandler)
    const requests = await signedCalls(invokeCall(name, { index }), server)
    const exitMs = await timeToExit(setting.functionNode)
    await sleep(settleMs)
    const result = await setting.client.run({
      port: server.port,
      connections: [requests],
      expectedBody: Buffer.from(JSON.stringify({ index })),
      warmupMs: 0,
      durationMs: 1000,
      requestsMax: 1,
    })
    await server.remove(name)
    await sleep(settleMs)
    const firstByteMs = await timeToFirstByte(setting.functionNode)
    failures += result.failures
    if (result.failures > 0) console.error(`cold start: ${result.firstFailure}`)
    const coldMs = result.latenciesMs[0]
    if (index < 0 || coldMs === undefined) continue
    cold.push(coldMs)
    exits.push(exitMs)
    firstBytes.push(firstByteMs)
  }
  const toExit = ratios(cold, exits)
  const samples = `${cold.length} / ${exits.length}`
  const shared = { lambdad: figures(cold), samples, failures }
  return [
    {
      ...shared,
      what: 'Cold start, pool empty, Node, p50 / p99',
      beside: `\`node -e 0\` to its end ${figures(exits)}`,
      ratio: toExit,
      goal: atMost(1.4, toExit.median, 'x'),
    },
    {
      ...shared,
      what: 'Same',
      beside: `bare Node to the first byte of output ${figures(firstBytes)}`,
      ratio: ratios(cold, firstBytes),
      goal: undefined,
    },
  ]
}

function figures(samplesMs: readonly number[]): string {
  return `${number(percentile(samplesMs, 0.5))} / ${number(percentile(samplesMs, 0.99))} ms`
}
