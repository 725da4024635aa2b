/**
 * The rooms behind the listener, wired together: everything that is heavy to load.
 *
 * What it is not: it opens neither the data directory nor the sandboxes' back end; server.ts does so first, because
 * both wait for others while this file and all it imports are being loaded.
 * Called by: server.ts, through a dynamic import. Read next: gateway/gateway.ts, dataplane/dataplane.ts.
 */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import {
  type Authenticator,
  Credentials,
  OpenAuthenticator,
  RoleKeys,
  SameAccountAuthorizer,
  SecretBox,
  VerifyingAuthenticator,
  accessMigrations,
} from '../access/index.ts'
import { CodeCache } from '../dataplane/code-cache.ts'
import { CodeDirectory } from '../dataplane/code-directory.ts'
import { DataPlane } from '../dataplane/dataplane.ts'
import { startGateway } from '../gateway/gateway.ts'
import type { AccountId } from '../kernel/brand.ts'
import type { Clock } from '../kernel/clock.ts'
import type { ServerConfig } from '../kernel/config.ts'
import type { Lifecycle } from '../kernel/lifecycle.ts'
import type { Log } from '../kernel/log.ts'
import { Metrics } from '../kernel/metrics.ts'
import type { LateService, Service } from '../kernel/operation.ts'
import { loadService } from '../model/index.ts'
import { createRuntimeProvider } from '../runtimes/index.ts'
import { ProcessorSleep, hostIdleMs } from '../sandbox/index.ts'
import type { SandboxBackend } from '../sandbox/sandbox.ts'
import { lateIamService, lateRoles, migrations as iamMigrations } from '../services/iam/index.ts'
import { createLambdaService, migrations as lambdaMigrations } from '../services/lambda/index.ts'
import { createLogsService, migrations as logsMigrations } from '../services/logs/index.ts'
import { lateStsService } from '../services/sts/index.ts'
import { openFileBlobs } from '../store/blobs/file-blobs.ts'
import type { DataDirectory } from '../store/data-directory.ts'
import type { MasterKey } from '../store/master-key.ts'
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts'
import type { DatabaseThreads } from '../store/sqlite/threads.ts'
import { createSigV4 } from '../wire/sigv4/index.ts'
import type { FunctionEndpoint } from './function-endpoint.ts'
import { healthRoutes } from './health.ts'
import { metricsRoute } from './metrics.ts'
import { showProgress } from './progress.ts'
import { statusRoutes } from './status.ts'

const rootAccount = '000000000000' as AccountId

export interface Server extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly services: ReadonlyMap<string, Service | LateService>
  /** With `--auth on`: the file with the root access key, in the form of the AWS CLI's credentials. */
  readonly credentialsFile: string | undefined
  /** Answers what is under way, for `graceMs` at most, and takes nothing new. */
  drain(graceMs: number): Promise<void>
}

/** What server.ts has opened, or is opening, before this file was loaded. */
export interface Foundations {
  readonly config: ServerConfig
  readonly clock: Clock
  readonly log: Log
  readonly lifecycle: Lifecycle
  readonly directory: DataDirectory
  readonly key: MasterKey
  readonly threads: DatabaseThreads
  readonly backend: Promise<SandboxBackend>
  readonly endpoint: FunctionEndpoint
}

/** Listens when everything but the sandboxes is ready, and resolves when they are. What it makes belongs to the lifecycle. */
export async function openRooms(foundations: Foundations): Promise<Server> {
  const { config, clock, log, lifecycle, directory, key, endpoint } = foundations
  const [store, blobs, backend] = await Promise.all([
    openSqliteStore({
      file: directory.database,
      threads: foundations.threads,
      migrations: [...accessMigrations, ...iamMigrations, ...lambdaMigrations, ...logsMigrations],
      clock,
      log,
    }).then((opened) => lifecycle.own(opened)),
    openFileBlobs(directory.blobs, key),
    foundations.backend,
    loadService('lambda'),
  ])
  const roles = lateRoles(store)
  const credentials = new Credentials(store, new SecretBox(key.derive('lambdad access')), clock)
  const metrics = new Metrics()
  const storageBytesMax = config.logStorageMb === 0 ? Infinity : config.logStorageMb * 1024 * 1024
  const logs = lifecycle.own(createLogsService({ store, clock, log, metrics, storageBytesMax }))
  const runtimes = createRuntimeProvider({
    cacheDirectory: config.cacheDirectory,
    bootstrapDirectory: path.join(directory.run, 'bootstraps'),
    clock,
    log,
    onProgress: showProgress,
    runtimeFallback: config.runtimeFallback,
  })
  const code = lifecycle.own(await CodeDirectory.open(path.join(directory.run, 'code'), log))
  const processorSleep = lifecycle.own(new ProcessorSleep(log))
  const dataplane = lifecycle.own(
    new DataPlane({
      backend,
      runtimes,
      code: new CodeCache(blobs, code.path),
      logs: logs.sink,
      clock,
      log,
      credentials: new RoleKeys(credentials, clock, roles),
      endpointUrl: () => endpoint.url,
      memoryBudgetBytes: config.memoryBudgetMb * 1024 * 1024,
      idleMs: hostIdleMs,
      ...(config.cpuIdle === 'poll' && {
        preventSleep: (isPrevented) => processorSleep.prevent(isPrevented),
      }),
      metrics,
    }),
  )
  const lambda = lifecycle.own(
    createLambdaService({
      store,
      blobs,
      invoker: dataplane,
      runtimes,
      roles,
      needsRoles: config.auth === 'on',
      asksUrlPolicies: config.auth === 'on',
      signingProfilesDirectory: path.join(directory.path, 'signing-profiles'),
      clock,
      log,
    }),
  )
  const services = [
    lambda,
    logs,
    lateIamService({ store, clock, credentials }),
    lateStsService({ credentials, roles, clock }),
  ]
  const authenticator = authenticatorOf(config.auth, credentials, clock)
  const guard = config.auth === 'on' ? { token: metricsToken(key), rootAccount } : undefined
  const gateway = lifecycle.own(
    await startGateway({
      host: config.host,
      port: config.port,
      clock,
      log,
      services,
      routes: [
        ...[...lambda.routes, ...healthRoutes(services)],
        ...statusRoutes({ config, clock, backend, dataplane, guard }),
        metricsRoute({ metrics, guard }),
      ],
      authenticator,
      authorizer: new SameAccountAuthorizer(),
    }),
  )
  endpoint.serve(gateway)
  // Calls are answered already; what sandboxes still lack is made while those come that need none.
  await Promise.all([lambda.resume(), backend.prepare()])
  code.clear()
  return {
    url: gateway.url,
    port: gateway.port,
    services: new Map(services.map((service) => [service.model, service])),
    credentialsFile: guard && (await writeCredentials(directory, credentials, guard.token)),
    async drain(graceMs) {
      logs.endLiveTails()
      await gateway.drain(graceMs)
      await dataplane.drain(0)
    },
    [Symbol.asyncDispose]: () => lifecycle[Symbol.asyncDispose](),
  }
}

function authenticatorOf(
  auth: ServerConfig['auth'],
  credentials: Credentials,
  clock: Clock,
): Authenticator {
  return auth === 'on'
    ? new VerifyingAuthenticator(createSigV4(), credentials, clock)
    : new OpenAuthenticator(createSigV4(), credentials)
}

function metricsToken(key: MasterKey): string {
  return Buffer.from(key.derive('lambdad metrics')).toString('hex')
}

/** For those who run the server: the key to everything, and what opens the metrics alone. */
async function writeCredentials(
  directory: DataDirectory,
  credentials: Credentials,
  token: string,
): Promise<string> {
  const { accessKeyId, secretAccessKey } = await credentials.ensureRootCredential(rootAccount)
  const file = path.join(directory.path, 'credentials')
  const text = `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`
  await writeFile(file, text, { mode: 0o600 })
  await writeFile(path.join(directory.path, 'metrics-token'), token, { mode: 0o600 })
  return file
}
