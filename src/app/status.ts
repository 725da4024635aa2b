/**
 * What the server tells of itself to the command line: `/_lambdad/status` and `/_lambdad/runtimes`, as JSON.
 *
 * With `--auth on` what runs is told to those alone who may look at the server (guard.ts), and which runtimes there are
 * to everybody whose request is signed as one to Lambda is: who deploys asks for them. What answers a question is loaded
 * with the first: a start has no use for it. Called by: rooms.ts. Read next: kernel/reports.ts.
 */
import type { DataPlane } from '../dataplane/dataplane.ts'
import type { Clock } from '../kernel/clock.ts'
import type { ServerConfig } from '../kernel/config.ts'
import { ServiceError } from '../kernel/errors.ts'
import type { RawRequest, RawResponse, RawRoute } from '../kernel/ports.ts'
import type { ServerStatus } from '../kernel/reports.ts'
import type { SandboxBackend } from '../sandbox/sandbox.ts'
import { type Guard, refusalOf, whoSigned } from './guard.ts'

export interface StatusParts {
  readonly config: ServerConfig
  readonly clock: Clock
  readonly backend: Pick<SandboxBackend, 'name'>
  readonly dataplane: Pick<DataPlane, 'environments' | 'waiting' | 'invocations'>
  readonly guard: Guard | undefined
}

/** Undefined for those who may ask. */
type Refuse = (request: RawRequest) => Promise<ServiceError | undefined>

export function statusRoutes(parts: StatusParts): RawRoute[] {
  const startedAtMs = parts.clock.nowMs()
  const startedMs = parts.clock.monotonicMs()
  const status = async (): Promise<ServerStatus> => {
    const { version } = await import('../cli/version.ts')
    const { config, clock, dataplane, backend } = parts
    return {
      version,
      startedAtMs,
      uptimeMs: Math.round(clock.monotonicMs() - startedMs),
      isolation: backend.name,
      network: config.network,
      auth: config.auth,
      runtimeFallback: config.runtimeFallback,
      environments: dataplane.environments,
      waiting: dataplane.waiting,
      invocations: dataplane.invocations,
    }
  }
  const runtimes = async (): Promise<unknown> => {
    const { describeRuntimes } = await import('./runtimes.ts')
    return await describeRuntimes(parts.config)
  }
  return [
    route('/_lambdad/status', status, (request) => refusalOf(request, parts.guard)),
    route('/_lambdad/runtimes', runtimes, refuseUnsigned),
  ]
}

function route(path: string, tell: () => Promise<unknown>, refuse: Refuse): RawRoute {
  return {
    pathPrefix: path,
    async handle(request) {
      if (request.path !== path) return json(404, { message: 'not found' })
      if (request.method !== 'GET') return json(405, { message: 'use GET' })
      const refusal = await refuse(request)
      if (refusal === undefined) return json(200, await tell())
      return json(refusal.status, { code: refusal.code, message: refusal.message })
    },
  }
}

async function refuseUnsigned(request: RawRequest): Promise<ServiceError | undefined> {
  const who = await whoSigned(request)
  return who instanceof ServiceError ? who : undefined
}

function json(status: number, body: unknown): RawResponse {
  return { status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
}
