/** Memory at rest: of the server, and of each sandbox that waits for its next event. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { invokeCall, signedCalls, startLambdad } from '../lambdad.ts'
import { descendants, own, plainEnvironment, stop } from '../processes.ts'
import { type Row, atMost, number, withRange } from '../report.ts'
import type { Setting } from '../setting.ts'
import { ratios, spread } from '../statistics.ts'
import { type Weight, weigh, weighAll } from '../weigh.ts'

/** Added at once, so that what one adds stands out from what a heap does on its own. */
const sandboxCount = 16
const restMs = 1500

/** Holds its environment long enough for as many calls to need as many environments. */
const slowHandler = `export const handler = async (event) => {
  if (event.waitMs) await new Promise((resolve) => setTimeout(resolve, event.waitMs))
  return event
}
`

interface Weighing {
  readonly server: Weight
  /** What each sandbox added to the server's own process. */
  readonly addedPssMb: number
  readonly sandbox: Weight
  readonly bare: Weight
  readonly failures: number
}

export async function memoryRows(setting: Setting): Promise<Row[]> {
  const all: Weighing[] = []
  for (let index = 0; index < Math.min(setting.repetitions, 3); index += 1) {
    const lambdad = await weighLambdad(setting)
    all.push({ ...lambdad, bare: await weighBare(setting.functionNode) })
  }
  const median = (take: (weighing: Weighing) => number): number => spread(all.map(take)).median
  const mb = (take: (weighing: Weighing) => number): string => `${number(median(take))} MB`
  const pss = ratios(
    all.map((each) => each.sandbox.pssMb),
    all.map((each) => each.bare.pssMb),
  )
  const added = spread(all.map((each) => each.addedPssMb))
  const failures = all.reduce((sum, each) => sum + each.failures, 0)
  const sandboxes = all.length * sandboxCount
  return [
    {
      what: 'Idle server, RSS / PSS',
      lambdad: `${mb((each) => each.server.rssMb)} / ${mb((each) => each.server.pssMb)}`,
      beside: '',
      ratio: undefined,
      goal: undefined,
      samples: String(all.length),
      failures,
    },
    {
      what: 'Idle sandbox (Node and its OCI runtime), RSS / PSS',
      lambdad: `${mb((each) => each.sandbox.rssMb)} / ${mb((each) => each.sandbox.pssMb)}`,
      beside: `bare Node ${mb((each) => each.bare.rssMb)} / ${mb((each) => each.bare.pssMb)}`,
      ratio: pss,
      goal: atMost(1.2, pss.median, 'x'),
      samples: `${sandboxes} / ${sandboxes}`,
      failures,
    },
    {
      what: 'Idle sandbox, added to the server itself, PSS',
      lambdad: withRange(added, ' MB'),
      beside: '',
      ratio: undefined,
      goal: atMost(0.2, added.median, ' MB'),
      samples: String(sandboxes),
      failures,
    },
  ]
}

async function weighLambdad(setting: Setting): Promise<Omit<Weighing, 'bare'>> {
  // Those that wait for a function would be weighed as well, and are somebody else's: `--memory-budget` bounds them.
  await using server = await startLambdad('off', ['--memory-budget=0'])
  await server.deploy('slow', slowHandler)
  const run = async (
    connections: number,
    event: object,
    durationMs: number,
    requestsMax: number,
  ) => {
    const requests = await signedCalls(invokeCall('slow', event), server)
    const result = await setting.client.run({
      port: server.port,
      connections: Array.from({ length: connections }, () => requests),
      expectedBody: Buffer.from(JSON.stringify(event)),
      warmupMs: 0,
      durationMs,
      requestsMax,
    })
    if (result.failures > 0) console.error(`memory: ${result.firstFailure}`)
    return result.failures
  }
  // The server has its working size before it is weighed: one environment, many calls.
  let failures = await run(1, {}, 1000, Infinity)
  await sleep(restMs)
  const before = await weigh(server.pid)
  const childrenBefore = await weighAll(await descendants(server.pid))
  failures += await run(sandboxCount + 1, { waitMs: 3000 }, 1000, 1)
  await sleep(restMs)
  const after = await weigh(server.pid)
  const children = await descendants(server.pid)
  const childrenAfter = await weighAll(children)
  return {
    server: before,
    addedPssMb: (after.pssMb - before.pssMb) / sandboxCount,
    // The first sandbox shared its pages with fewer than the others do, so all are taken together.
    sandbox: {
      rssMb: (childrenAfter.rssMb - childrenBefore.rssMb) / sandboxCount,
      pssMb: childrenAfter.pssMb / (sandboxCount + 1),
    },
    failures,
  }
}

async function weighBare(node: string): Promise<Weight> {
  const script = 'process.stdout.write("x"); setInterval(() => {}, 1e9)'
  const children = Array.from({ length: sandboxCount + 1 }, () =>
    own(
      spawn(node, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'], env: plainEnvironment }),
    ),
  )
  try {
    await Promise.all(children.map((child) => once(child.stdout, 'data')))
    await sleep(restMs)
    const { rssMb, pssMb } = await weighAll(children.map((child) => child.pid as number))
    return { rssMb: rssMb / children.length, pssMb: pssMb / children.length }
  } finally {
    await Promise.all(children.map(stop))
  }
}
