/**
 * Everything that is served, behind a real gateway and over a real store, in this process; functions are deployed by
 * a data plane that runs nothing. What it is not: a wiring that users get; that is `app/rooms.ts`.
 * Invariant: nothing writes to the store but what a request asked for, so that a test sees every change.
 */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  Credentials,
  OpenAuthenticator,
  SameAccountAuthorizer,
  SecretBox,
  accessMigrations,
} from '../../src/access/index.ts'
import { startGateway } from '../../src/gateway/gateway.ts'
import { systemClock } from '../../src/kernel/clock.ts'
import { Lifecycle } from '../../src/kernel/lifecycle.ts'
import { type Log, silentLog } from '../../src/kernel/log.ts'
import { type LateService, type Service, loaded, notYet } from '../../src/kernel/operation.ts'
import type { Invoker, RuntimeProvider } from '../../src/kernel/ports.ts'
import { loadService } from '../../src/model/index.ts'
import type { OperationModel, ServiceModel } from '../../src/model/types.ts'
import { lateIamService, lateRoles, migrations as iam } from '../../src/services/iam/index.ts'
import { createLambdaService, migrations as lambda } from '../../src/services/lambda/index.ts'
import { FakeInvoker, FakePollers } from '../../src/services/lambda/test-support.ts'
import { createLogsService, migrations as logs } from '../../src/services/logs/index.ts'
import { lateStsService } from '../../src/services/sts/index.ts'
import { openFileBlobs } from '../../src/store/blobs/file-blobs.ts'
import { openMasterKey } from '../../src/store/master-key.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { createSigV4 } from '../../src/wire/sigv4/index.ts'
import type { WireRequest } from './encode.ts'

/** Who unsigned requests are from, and where. */
export const account = '000000000000'
export const region = 'us-east-1'

export interface ServedService {
  readonly model: ServiceModel
  /** Those of its operations that the model has and the table does not call "not yet". */
  readonly operations: readonly OperationModel[]
  serves(operation: string): boolean
}

export interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly text: string
}

export interface FidelityServer extends AsyncDisposable {
  readonly services: readonly ServedService[]
  /** Errors of ours that the server has written to its log. */
  readonly logged: readonly string[]
  send(request: WireRequest): Promise<Answer>
  /** Changes with every commit of the server's; costs nothing to read. */
  commits(): number
  /** All tables and the names of all blobs, as text. */
  state(): Promise<string>
  /** Deployments that begin now wait until the returned function is called. */
  holdDeployments(): () => void
}

export async function startFidelityServer(): Promise<FidelityServer> {
  const lifecycle = new Lifecycle()
  const directory = await mkdtemp(path.join(os.tmpdir(), 'lambdad-fidelity-'))
  lifecycle.onEnd(() => rm(directory, { recursive: true }))
  const logged: string[] = []
  const deployments = new HeldDeployments()
  const gateway = await openServer(lifecycle, directory, logged, deployments.invoker)
  const agent = new http.Agent({ keepAlive: true })
  lifecycle.onEnd(() => agent.destroy())
  const database = new DatabaseSync(path.join(directory, 'lambdad.db'), { readOnly: true })
  lifecycle.onEnd(() => database.close())
  const commits = database.prepare('pragma data_version')
  return {
    services: await Promise.all(gateway.services.map(describeService)),
    logged,
    send: (request) => send(agent, gateway.port, request),
    commits: () => commits.get()?.['data_version'] as number,
    state: async () => dump(database) + (await blobNames(directory)).join('\n'),
    holdDeployments: () => deployments.hold(),
    [Symbol.asyncDispose]: () => lifecycle[Symbol.asyncDispose](),
  }
}

async function openServer(
  lifecycle: Lifecycle,
  directory: string,
  logged: string[],
  invoker: Invoker,
): Promise<{ port: number; services: readonly (Service | LateService)[] }> {
  const key = await openMasterKey(path.join(directory, 'key'), 'create')
  await mkdir(path.join(directory, 'blobs'))
  const blobs = await openFileBlobs(path.join(directory, 'blobs'), key)
  const error = (fields: object, message: string): void => {
    logged.push(`${message} ${JSON.stringify(fields)}`)
  }
  const log: Log = { ...silentLog, error, child: () => log }
  const clock = systemClock
  const file = path.join(directory, 'lambdad.db')
  const migrations = [...accessMigrations, ...iam, ...lambda, ...logs]
  const store = lifecycle.own(await openSqliteStore({ file, migrations, clock, log }))
  const logsService = lifecycle.own(createLogsService({ store, clock, log }))
  const lambdaService = lifecycle.own(
    createLambdaService({
      store,
      blobs,
      invoker,
      runtimes,
      clock,
      log,
      pollers: new FakePollers(),
    }),
  )
  const credentials = new Credentials(store, new SecretBox(key.derive('lambdad access')), clock)
  const services = [
    lambdaService,
    logsService,
    lateIamService({ store, clock, credentials }),
    lateStsService({ credentials, roles: lateRoles(store), clock }),
  ]
  const gateway = lifecycle.own(
    await startGateway({
      host: '127.0.0.1',
      port: 0,
      clock,
      log,
      services,
      routes: lambdaService.routes,
      authenticator: new OpenAuthenticator(createSigV4(), credentials),
      authorizer: new SameAccountAuthorizer(),
    }),
  )
  return { port: gateway.port, services }
}

const runtimes: RuntimeProvider = {
  identifiers: ['nodejs24.x', 'provided.al2023'],
  versionHash: () => 'ab'.repeat(32),
  whyMissing: () => undefined,
  prepare: () => Promise.reject(new Error('nothing runs here')),
}

/** A data plane that deploys when it is let. */
class HeldDeployments {
  readonly invoker = new FakeInvoker()

  hold(): () => void {
    const gate = Promise.withResolvers<void>()
    this.invoker.onPrepare = () => gate.promise
    return () => {
      this.invoker.onPrepare = async () => undefined
      gate.resolve()
    }
  }
}

async function describeService(each: Service | LateService): Promise<ServedService> {
  const { model: id, operations: table } = await loaded(each)
  const model = await loadService(id)
  const operations = [...model.operations.values()].filter(({ name }) => {
    return table[name] !== undefined && table[name] !== notYet
  })
  const names = new Set(operations.map(({ name }) => name))
  return { model, operations, serves: (name) => names.has(name) }
}

function send(agent: http.Agent, port: number, request: WireRequest): Promise<Answer> {
  const { method, target, headers, body } = request
  return new Promise((resolve, reject) => {
    const outgoing = http.request({ agent, port, host: '127.0.0.1', method, path: target, headers })
    // Node.js sends bodies of GET and the like without saying that they are there.
    if (body !== undefined) outgoing.setHeader('Content-Length', Buffer.byteLength(body))
    outgoing.once('error', reject)
    outgoing.once('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.once('error', reject)
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      })
    })
    outgoing.end(body)
  })
}

function dump(database: DatabaseSync): string {
  const tables = database
    .prepare("select name from sqlite_schema where type = 'table' order by name")
    .all()
    .map(({ name }) => String(name))
  assert.ok(tables.length > 0, 'the store has no tables')
  return tables
    .map((table) => {
      const rows = database.prepare(`select * from "${table}"`).all()
      return `${table}\n${rows.map((row) => JSON.stringify(row, bigintText)).join('\n')}\n`
    })
    .join('')
}

function bigintText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}

async function blobNames(directory: string): Promise<string[]> {
  const names = await readdir(path.join(directory, 'blobs'), { recursive: true })
  return names.toSorted()
}
