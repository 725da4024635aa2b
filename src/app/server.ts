/**
 * Starts a server: what can refuse comes first, what waits for others goes on side by side.
 *
 * The data directory's lock, the database's threads and the sandboxes' back end are begun before the rest of the
 * program is even loaded (rooms.ts): loading is a third of the time to start, and uses one processor.
 */
import path from 'node:path'
import { systemClock } from '../kernel/clock.ts'
import { type ServerConfig, checkConfig } from '../kernel/config.ts'
import { Lifecycle } from '../kernel/lifecycle.ts'
import type { Log } from '../kernel/log.ts'
import { createBackend, sandboxRunDirectory } from '../sandbox/index.ts'
import type { SandboxBackend } from '../sandbox/sandbox.ts'
import { type DataDirectory, openDataDirectory } from '../store/data-directory.ts'
import { type MasterKey, openMasterKey } from '../store/master-key.ts'
import { endDatabaseThreads, startDatabaseThreads } from '../store/sqlite/threads.ts'
import { FunctionEndpoint } from './function-endpoint.ts'
import type { Server } from './rooms.ts'

export type { Server }

/** @throws errors whose messages are words for the terminal; nothing is left running then. */
export async function startServer(config: ServerConfig, log: Log): Promise<Server> {
  checkConfig(config)
  const lifecycle = new Lifecycle()
  try {
    return await start(config, log, lifecycle)
  } catch (error) {
    // What goes wrong on the way out must not hide why it came to that.
    await lifecycle[Symbol.asyncDispose]().catch((another: unknown) => {
      log.debug({ error: another }, 'could not clean up after a failed start')
    })
    throw error
  }
}

async function start(config: ServerConfig, log: Log, lifecycle: Lifecycle): Promise<Server> {
  const directory = lifecycle.own(await openDataDirectory(config.dataDirectory))
  const key = await openKey(config, directory)
  const threads = startDatabaseThreads(directory.database)
  // Closing a thread twice is closing it once: the store does so itself when it has been opened.
  lifecycle.onEnd(() => endDatabaseThreads(threads))
  const endpoint = new FunctionEndpoint(config)
  const backend = openBackend(config, directory, endpoint, log).then((opened) =>
    lifecycle.own(opened),
  )
  // Whoever waits for it is told; until then its failure must not count as one that nobody looks at.
  backend.catch(() => undefined)
  const { openRooms } = await import('./rooms.ts')
  try {
    return await openRooms({
      config,
      clock: systemClock,
      log,
      lifecycle,
      directory,
      key,
      threads,
      backend,
      endpoint,
    })
  } finally {
    await backend.catch(() => undefined)
  }
}

function openKey(config: ServerConfig, directory: DataDirectory): Promise<MasterKey> {
  return config.keyFile === undefined
    ? openMasterKey(directory.key, 'create')
    : openMasterKey(config.keyFile, 'refuse')
}

function openBackend(
  config: ServerConfig,
  directory: DataDirectory,
  endpoint: FunctionEndpoint,
  log: Log,
): Promise<SandboxBackend> {
  return createBackend({
    kind: config.isolation,
    runtime: config.ociRuntime,
    // Sandboxes' users must reach it, which they cannot below a private data directory.
    runDirectory:
      config.isolation === 'oci' ? sandboxRunDirectory : path.join(directory.run, 'process'),
    diskDirectory: directory.run,
    cpu: config.cpu,
    network: {
      mode: config.network,
      endpointPort: endpoint.port,
      onEndpoint: (connection) => endpoint.connect(connection),
    },
    log,
    clock: systemClock,
  })
}
