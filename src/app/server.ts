/**
 * Wires the rooms together: the only place that knows all of them.
 *
 * Order of start: what can refuse (lock, key, database, sandboxes) comes before the listener; order of end is the
 * reverse. A server that answers /_lambdad/health has everything it needs.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import {
  Credentials,
  OpenAuthenticator,
  SameAccountAuthorizer,
  SecretBox,
  VerifyingAuthenticator,
  accessMigrations,
} from '../access/index.ts'
import { CodeCache } from '../dataplane/code-cache.ts'
import { DataPlane } from '../dataplane/dataplane.ts'
import { startGateway } from '../gateway/gateway.ts'
import type { AccountId } from '../kernel/brand.ts'
import { systemClock } from '../kernel/clock.ts'
import { type ServerConfig, checkConfig } from '../kernel/config.ts'
import { Lifecycle } from '../kernel/lifecycle.ts'
import type { Log } from '../kernel/log.ts'
import type { Service } from '../kernel/operation.ts'
import type { LogSink } from '../kernel/ports.ts'
import { loadService } from '../model/index.ts'
import { createRuntimeProvider } from '../runtimes/index.ts'
import { createBackend } from '../sandbox/index.ts'
import { createIamService, migrations as iamMigrations } from '../services/iam/index.ts'
import { createLambdaService, migrations as lambdaMigrations } from '../services/lambda/index.ts'
import { createLogsService, migrations as logsMigrations } from '../services/logs/index.ts'
import { createStsService } from '../services/sts/index.ts'
import { openFileBlobs } from '../store/blobs/file-blobs.ts'
import { type DataDirectory, openDataDirectory } from '../store/data-directory.ts'
import { type MasterKey, openMasterKey } from '../store/master-key.ts'
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts'
import type { Blobs, Store } from '../store/store.ts'
import { createSigV4 } from '../wire/sigv4/index.ts'
import { healthRoutes } from './health.ts'

import { showProgress } from './progress.ts'

const rootAccount = '000000000000' as AccountId

export interface Server extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly services: ReadonlyMap<string, Service>
  /** With `--auth on`: the file with the root access key, in the form of the AWS CLI's credentials. */
  readonly credentialsFile: string | undefined
  /** Answers what is under way, for `graceMs` at most, and takes nothing new. */
  drain(graceMs: number): Promise<void>
}

/** @throws errors whose messages are words for the terminal; nothing is left running then. */
export async function startServer(config: ServerConfig, log: Log): Promise<Server> {
  checkConfig(config)
  const lifecycle = new Lifecycle()
  try {
    return await start(config, log, lifecycle)
  } catch (error) {
    await lifecycle[Symbol.asyncDispose]()
    throw error
  }
}

async function start(config: ServerConfig, log: Log, lifecycle: Lifecycle): Promise<Server> {
  const clock = systemClock
  const directory = lifecycle.own(await openDataDirectory(config.dataDirectory))
  const key = await openKey(config, directory)
  // These wait for the disk, for child processes and for each other's threads: side by side.
  const [store, blobs, backend] = await Promise.all([
    openStore(directory, log).then((opened) => lifecycle.own(opened)),
    openFileBlobs(directory.blobs, key),
    openBackend(config, directory, log).then((opened) => lifecycle.own(opened)),
    loadService('lambda'),
  ])
  const credentials = new Credentials(store, new SecretBox(key.derive('lambdad access')), clock)
  const logs = lifecycle.own(createLogsService({ store, clock, log }))
  const runtimes = createRuntimeProvider({
    cacheDirectory: config.cacheDirectory,
    clock,
    log,
    bootstrapDirectory: path.join(directory.run, 'bootstraps'),
    onProgress: showProgress,
  })
  const dataplane = lifecycle.own(
    new DataPlane({
      backend,
      runtimes,
      code: await openCodeCache(directory, blobs),
      logs: logs.sink satisfies LogSink,
      clock,
      log,
    }),
  )
  const lambda = lifecycle.own(
    createLambdaService({ store, blobs, invoker: dataplane, runtimes, clock, log }),
  )
  const services = [lambda, logs, createIamService({ store, clock }), createStsService()]
  const gateway = lifecycle.own(
    await startGateway({
      host: config.host,
      port: config.port,
      clock,
      log,
      services,
      routes: [...lambda.routes, ...healthRoutes(services)],
      authenticator:
        config.auth === 'on'
          ? new VerifyingAuthenticator(createSigV4(), credentials, clock)
          : new OpenAuthenticator(createSigV4()),
      authorizer: new SameAccountAuthorizer(),
    }),
  )
  await lambda.resume()
  return {
    url: gateway.url,
    port: gateway.port,
    services: new Map(services.map((service) => [service.model, service])),
    credentialsFile:
      config.auth === 'on' ? await writeCredentials(directory, credentials) : undefined,
    async drain(graceMs) {
      await gateway.drain(graceMs)
      await dataplane.drain(0)
    },
    [Symbol.asyncDispose]: () => lifecycle[Symbol.asyncDispose](),
  }
}

function openKey(config: ServerConfig, directory: DataDirectory): Promise<MasterKey> {
  return config.keyFile === undefined
    ? openMasterKey(directory.key, 'create')
    : openMasterKey(config.keyFile, 'refuse')
}

function openStore(directory: DataDirectory, log: Log): Promise<Store> {
  return openSqliteStore({
    file: directory.database,
    migrations: [...accessMigrations, ...iamMigrations, ...lambdaMigrations, ...logsMigrations],
    clock: systemClock,
    log,
  })
}

function openBackend(config: ServerConfig, directory: DataDirectory, log: Log) {
  return createBackend({
    kind: config.isolation,
    runtime: config.ociRuntime,
    // Sandboxes' users must reach it, which they cannot below a private data directory.
    runDirectory: config.isolation === 'oci' ? '/run/lambdad' : path.join(directory.run, 'process'),
    cpu: config.cpu,
    log,
    clock: systemClock,
  })
}

/** What an earlier server unpacked was its own. */
async function openCodeCache(directory: DataDirectory, blobs: Blobs): Promise<CodeCache> {
  const root = path.join(directory.run, 'code')
  await rm(root, { recursive: true, force: true })
  await mkdir(root, { recursive: true, mode: 0o711 })
  return new CodeCache(blobs, root)
}

async function writeCredentials(
  directory: DataDirectory,
  credentials: Credentials,
): Promise<string> {
  const { accessKeyId, secretAccessKey } = await credentials.ensureRootCredential(rootAccount)
  const file = path.join(directory.path, 'credentials')
  const text = `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`
  await writeFile(file, text, { mode: 0o600 })
  return file
}
