/**
 * Every runtime of Lambda's, and how it is served on this host: for `lambdad runtimes`, with a server or without.
 * Called by: status.ts, through import(); doctor.ts; cli/commands/runtimes.ts. Read next: runtimes/inspect.ts.
 */
import type { RuntimeFinding } from '../kernel/reports.ts'
import { loadService } from '../model/index.ts'
import { inspectRuntimes } from '../runtimes/inspect.ts'
import { runtimeStanding } from '../services/lambda/runtimes.ts'

export interface RuntimesOptions {
  readonly cacheDirectory: string
  readonly runtimeFallback: boolean
}

/** Those that lambdad can serve first, then the others in the model's order. Nothing is fetched. */
export async function describeRuntimes(options: RuntimesOptions): Promise<RuntimeFinding[]> {
  const { cacheDirectory, runtimeFallback } = options
  const [inspected, all] = await Promise.all([
    inspectRuntimes({ cacheDirectory, fallback: runtimeFallback }),
    runtimesOfModel(),
  ])
  const known = new Set(inspected.map(({ runtime }) => runtime))
  const others = all.filter((runtime) => !known.has(runtime)).map(notServed)
  return [...inspected, ...others]
}

async function runtimesOfModel(): Promise<readonly string[]> {
  const lambda = await loadService('lambda')
  const input = lambda.operations.get('CreateFunction')?.input
  return input?.members.find(({ name }) => name === 'Runtime')?.shape.enum ?? []
}

function notServed(runtime: string): RuntimeFinding {
  const isOver = runtimeStanding(runtime) === 'blocked'
  const note = isOver ? 'AWS lets nobody use it any more' : 'lambdad does not serve it yet'
  return { runtime, state: 'unserved', note }
}
