/**
 * What of AWS' API is served, operation by operation: for `lambdad coverage` and docs/coverage.md.
 *
 * A table of operations exists only in a service that has been made, so a server is started for a moment: without a
 * sandbox, on a port nobody knows, with a directory of its own. Nothing is written down by hand, nothing can be stale.
 * Called by: cli/commands/coverage.ts, tools/generate-coverage.ts.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { silentLog } from '../kernel/log.ts'
import { type LateService, type Service, loaded, notYet } from '../kernel/operation.ts'
import type { ServiceCoverage } from '../kernel/reports.ts'
import { loadService } from '../model/index.ts'
import { startServer } from './server.ts'

/** Every service that is wired, in the server's order; operations by name. */
export async function readCoverage(): Promise<readonly ServiceCoverage[]> {
  await using stack = new AsyncDisposableStack()
  const directory = await mkdtemp(path.join(os.tmpdir(), 'lambdad-coverage-'))
  stack.defer(() => rm(directory, { recursive: true }))
  const server = await startServer(
    {
      host: '127.0.0.1',
      port: 0,
      dataDirectory: path.join(directory, 'data'),
      cacheDirectory: path.join(directory, 'cache'),
      isolation: 'process',
      ociRuntime: 'crun',
      cpu: 'shared',
      cpuIdle: 'sleep',
      runtimeFallback: false,
      network: 'none',
      memoryBudgetMb: 0,
      logStorageMb: 0,
      auth: 'off',
      logFormat: 'text',
      keyFile: undefined,
    },
    silentLog,
  )
  stack.use(server)
  return await Promise.all([...server.services.values()].map(coverageOf))
}

async function coverageOf(service: Service | LateService): Promise<ServiceCoverage> {
  const { model, operations: table } = await loaded(service)
  const { serviceId } = await loadService(model)
  const names = Object.keys(table).toSorted()
  const operations = names.map((name) => ({ name, served: table[name] !== notYet }))
  const served = operations.filter((each) => each.served).length
  // Rounded down: 100 means all of them.
  const percent = Math.floor((served / operations.length) * 100)
  return { id: model, name: serviceId, served, total: operations.length, percent, operations }
}
