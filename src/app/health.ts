import type { LateService, Service } from '../kernel/operation.ts'
import type { RawRoute } from '../kernel/ports.ts'

/** The paths at which tools ask whether an emulator is up; many wait for LocalStack's. */
const paths = ['/_lambdad/health', '/_localstack/health']

/** 200 as soon as the server takes requests; an invocation waits for what sandboxes still lack then. */
export function healthRoutes(services: readonly (Service | LateService)[]): RawRoute[] {
  const status = Object.fromEntries(services.map((service) => [service.model, 'running']))
  const body = JSON.stringify({ services: status, edition: 'lambdad' })
  return paths.map((pathPrefix) => ({
    pathPrefix,
    handle: (request) =>
      request.path === pathPrefix
        ? { status: 200, headers: { 'Content-Type': 'application/json' }, body }
        : { status: 404, headers: { 'Content-Type': 'text/plain' }, body: 'not found\n' },
  }))
}
