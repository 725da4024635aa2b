/** Two hundred callers at once of a function that has no environment yet. */
import { invokeCall, signedCalls, startLambdad } from '../lambdad.ts'
import { type Row, number } from '../report.ts'
import type { Setting } from '../setting.ts'
import { percentile, ratios } from '../statistics.ts'
import { timeToExit } from '../yardsticks/bare-node.ts'

const burst = 200
/** Each holds its environment until all have one, so that as many environments are needed. */
const holdMs = 14_000

const handler = `export const handler = async (event) => {
  await new Promise((resolve) => setTimeout(resolve, event.holdMs))
  return event
}
`

export async function burstRows(setting: Setting): Promise<Row[]> {
  const spentMs: number[] = []
  const bareMs: number[] = []
  let failures = 0
  let samples = 0
  for (let index = 0; index < Math.min(setting.repetitions, 3); index += 1) {
    await using server = await startLambdad()
    await server.deploy('burst', handler)
    bareMs.push(await bareStarts(setting.functionNode))
    const event = { holdMs }
    const requests = await signedCalls(invokeCall('burst', event), server)
    const result = await setting.client.run({
      port: server.port,
      connections: Array.from({ length: burst }, () => requests),
      expectedBody: Buffer.from(JSON.stringify(event)),
      warmupMs: 0,
      durationMs: 1000,
      requestsMax: 1,
    })
    failures += result.failures
    if (result.failures > 0) console.error(`burst: ${result.firstFailure}`)
    samples += result.latenciesMs.length
    spentMs.push(percentile(result.latenciesMs, 1) - holdMs)
  }
  return [
    {
      what: `Burst of ${burst} cold starts, until the last of them runs`,
      lambdad: spentMs.map((ms) => `${number(ms)} ms`).join(', '),
      beside: `as many \`node -e 0\`, two at a time ${bareMs.map((ms) => number(ms)).join(', ')} ms`,
      ratio: ratios(spentMs, bareMs),
      goal: undefined,
      samples: String(samples),
      failures,
    },
  ]
}

/** As many bare starts as there are callers, on both processors. */
async function bareStarts(node: string): Promise<number> {
  const startMs = performance.now()
  const lane = async (): Promise<void> => {
    for (let index = 0; index < burst / 2; index += 1) await timeToExit(node)
  }
  await Promise.all([lane(), lane()])
  return performance.now() - startMs
}
