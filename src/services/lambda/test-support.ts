/**
 * For this service's tests: the service over a real SQLite store and real blobs in a directory of its own, before
 * a data plane that runs nothing. Expected values are marked by origin where it helps: model, docs, observed.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { FunctionConfiguration } from '@aws-sdk/client-lambda'
import { strToU8, zipSync } from 'fflate'
import { functionArn, scopeOf } from '../../kernel/arn.ts'
import type { BlobId, RequestId, Scope } from '../../kernel/brand.ts'
import { type Clock, systemClock } from '../../kernel/clock.ts'
import { silentLog } from '../../kernel/log.ts'
import { type CallContext, type Operation, notYet } from '../../kernel/operation.ts'
import type {
  EventPollers,
  InvokeRequest,
  InvokeResult,
  Invoker,
  PolledMapping,
  ProvisionedState,
  RunnableVersion,
  RuntimeProvider,
} from '../../kernel/ports.ts'
import { openFileBlobs } from '../../store/blobs/file-blobs.ts'
import { MasterKey } from '../../store/master-key.ts'
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts'
import { BlobError, type Blobs, type Store } from '../../store/store.ts'
import {
  type LambdaFrontDoor,
  type LambdaOptions,
  createLambdaService,
  migrations,
} from './index.ts'
import { type FunctionRecord, noSettings } from './state.ts'

export const scope = scopeOf('123456789012', 'eu-west-1')
export const arnPrefix = 'arn:aws:lambda:eu-west-1:123456789012:function:'
export const role = 'arn:aws:iam::123456789012:role/lambda'

export const context: CallContext = {
  ...scope,
  principal: {
    account: scope.account,
    arn: 'arn:aws:iam::123456789012:root',
    userId: scope.account,
    accessKeyId: '123456789012',
  },
  requestId: '3f3c4d5e-0000-4000-8000-000000000000' as RequestId,
  endpoint: 'http://127.0.0.1:4566',
  headers: {},
}

/** A package of one file; another text is another package. */
export function packageOf(text: string): Uint8Array {
  return zipSync({ 'index.mjs': strToU8(text) }, { mtime: '2026-01-01T00:00:00Z' })
}

const handler = packageOf('export const handler = async () => 1\n')

/** The least that CreateFunction takes. */
export function leastRequest(name: string) {
  return {
    FunctionName: name,
    Runtime: 'nodejs24.x',
    Role: role,
    Handler: 'index.handler',
    Code: { ZipFile: handler },
  }
}

/** Stands still at 2026-11-21T12:00:00Z until a test moves it. This service sets no timers. */
export class FakeClock implements Clock {
  #nowMs = 1_795_262_400_000

  nowMs(): number {
    return this.#nowMs
  }
  monotonicMs(): number {
    return this.#nowMs
  }
  after(): never {
    throw new Error('the Lambda service has set a timer: give this clock timers')
  }
  advance(byMs: number): void {
    this.#nowMs += byMs
  }
}

/** A data plane that notes what it is asked, and does what a test tells it. */
export class FakeInvoker implements Invoker {
  readonly prepared: RunnableVersion[] = []
  readonly invocations: { version: RunnableVersion; request: InvokeRequest }[] = []
  readonly retired: { functionArn: string; version: string; keep: string | undefined }[] = []
  /** How the next preparations go. */
  onPrepare: (version: RunnableVersion) => Promise<void> = async () => undefined
  result: InvokeResult = {
    payload: Buffer.from('"done"'),
    functionError: undefined,
    logTail: undefined,
  }

  async invoke(version: RunnableVersion, request: InvokeRequest): Promise<InvokeResult> {
    this.invocations.push({ version, request })
    return this.result
  }

  async prepare(version: RunnableVersion): Promise<void> {
    this.prepared.push(version)
    await this.onPrepare(version)
  }

  /** By ARN and version. */
  readonly kept = new Map<string, number>()
  /** What the environments that are kept ready are like. */
  provisionedState: Omit<ProvisionedState, 'wanted'> = { allocated: Infinity, failure: undefined }

  provision(version: RunnableVersion, count: number): void {
    this.kept.set(`${version.functionArn}:${version.version}`, count)
  }

  provisioned({ functionArn: arn, version }: RunnableVersion): ProvisionedState {
    const wanted = this.kept.get(`${arn}:${version}`) ?? 0
    const { allocated, failure } = this.provisionedState
    return { wanted, allocated: Math.min(wanted, allocated), failure }
  }

  readonly reserved = new Map<string, number | undefined>()

  reserve(_scope: Scope, arn: string, reserved: number | undefined): void {
    this.reserved.set(arn, reserved)
  }

  retire(arn: string, version: string, keep: string | undefined): void {
    this.retired.push({ functionArn: arn, version, keep })
  }
}

/** Pollers of every kind of source, which note what they are told. */
export class FakePollers implements EventPollers {
  readonly running = new Map<string, PolledMapping>()
  /** What a change waits for. */
  gate: Promise<void> = Promise.resolve()
  served = true

  serves(): boolean {
    return this.served
  }

  async run(mapping: PolledMapping): Promise<void> {
    await this.gate
    this.running.set(mapping.uuid, mapping)
  }

  async stop(uuid: string): Promise<void> {
    await this.gate
    this.running.delete(uuid)
  }
}

const runtimes: RuntimeProvider = {
  identifiers: ['nodejs24.x', 'nodejs22.x', 'provided.al2023'],
  versionHash: (identifier) => (identifier === 'provided.al2023' ? undefined : 'ab'.repeat(32)),
  whyMissing: (identifier) =>
    identifier === 'python3.14' ? 'python3.14 needs a Python 3.14 on this machine.' : undefined,
  prepare: () => Promise.reject(new Error('preparing is the invoker`s')),
}

export interface TestLambda extends AsyncDisposable {
  readonly clock: FakeClock
  readonly store: Store
  readonly blobs: Blobs
  readonly invoker: FakeInvoker
  readonly pollers: FakePollers
  readonly service: LambdaFrontDoor
  /** Runs an operation; who calls says what comes out. */
  call<Output = FunctionConfiguration>(
    operation: string,
    input: object,
    changes?: Partial<CallContext>,
  ): Promise<Output>
  /** CreateFunction, and waits until it is Active (or Failed). */
  create(name: string, changes?: object): Promise<FunctionConfiguration>
  /** Waits until nothing is Pending or InProgress, as the waiters of the SDKs do. */
  settled(name: string): Promise<FunctionConfiguration>
  hasBlob(id: string): Promise<boolean>
  /** Ends the service as a server does that drains: deployments under way are finished. The store stays. */
  end(): Promise<void>
}

export interface TestData extends AsyncDisposable {
  readonly store: Store
  readonly blobs: Blobs
}

export async function openTestData(): Promise<TestData> {
  await using stack = new AsyncDisposableStack()
  const directory = await mkdtemp(path.join(tmpdir(), 'lambdad-lambda-'))
  stack.defer(() => rm(directory, { recursive: true }))
  const file = path.join(directory, 'lambdad.db')
  const store = stack.use(
    await openSqliteStore({ file, migrations, clock: systemClock, log: silentLog }),
  )
  await mkdir(path.join(directory, 'blobs'))
  const blobs = await openFileBlobs(path.join(directory, 'blobs'), new MasterKey(randomBytes(32)))
  const owned = stack.move()
  return { store, blobs, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/**
 * @param data of a service that was there before; a new store unless given.
 * @param signingProfilesDirectory of those who may sign code; nobody unless given.
 */
export async function openTestLambda(
  data?: TestData,
  options: Pick<
    LambdaOptions,
    'signingProfilesDirectory' | 'roles' | 'needsRoles' | 'asksUrlPolicies'
  > = {},
): Promise<TestLambda> {
  await using stack = new AsyncDisposableStack()
  const { store, blobs } = data ?? stack.use(await openTestData())
  const clock = new FakeClock()
  const invoker = new FakeInvoker()
  const pollers = new FakePollers()
  const log = silentLog
  const service = stack.use(
    createLambdaService({
      ...{ store, blobs, invoker, runtimes, pollers, clock, log },
      ...options,
    }),
  )
  const owned = stack.move()

  const call = async <Output>(
    name: string,
    input: object,
    changes: Partial<CallContext> = {},
  ): Promise<Output> => {
    const operation = service.operations[name]
    if (operation === undefined || operation === notYet) throw new Error(`${name} is not served`)
    return (await (operation as Operation<object, unknown>)(input, {
      ...context,
      ...changes,
    })) as Output
  }
  const settled = async (name: string): Promise<FunctionConfiguration> => {
    for (;;) {
      const now = await call<FunctionConfiguration>('GetFunctionConfiguration', {
        FunctionName: name,
      })
      if (now.State !== 'Pending' && now.LastUpdateStatus !== 'InProgress') return now
      // The store is asked on a thread of its own: the wait lets everything else go on.
      await store.transaction('TEST:WAIT', async () => undefined)
    }
  }
  return {
    clock,
    store,
    blobs,
    invoker,
    pollers,
    service,
    call,
    settled,
    async create(name, changes = {}) {
      await call('CreateFunction', { ...leastRequest(name), ...changes })
      return settled(name)
    },
    hasBlob: (id) => hasBlob(blobs, id),
    async end() {
      await service[Symbol.asyncDispose]()
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function hasBlob(blobs: Blobs, id: string): Promise<boolean> {
  try {
    await blobs.get(id as BlobId)
    return true
  } catch (error) {
    if (error instanceof BlobError) return false
    throw error
  }
}

/** What an error is to a client: `Code status: words`. */
export function refusal(code: string, status: number, message: string | RegExp) {
  return { name: 'ServiceError', code, status, message }
}

/** The name of the blob that a package is kept under, from the CodeSha256 of its function. */
export function blobIdOf(codeSha256: string | undefined): string {
  return Buffer.from(codeSha256 ?? '', 'base64').toString('hex')
}

/** A function that was created and not deployed yet, for tests of what stands below the operations. */
export function recordOf(name: string, code = 'ab'): FunctionRecord {
  return {
    ...scope,
    name,
    arn: functionArn(scope, name),
    config: {
      runtime: 'nodejs24.x',
      runtimeVersionArn: undefined,
      role,
      handler: 'index.handler',
      description: '',
      timeoutSeconds: 3,
      memoryMb: 128,
      ephemeralStorageMb: 512,
      architecture: 'x86_64',
      environment: { A: '1' },
      logging: { format: 'Text', group: 'g', applicationLevel: undefined, systemLevel: undefined },
      code: code as BlobId,
      codeBytes: 7,
      codeSha256: 'q1==',
      unzippedBytes: 7,
      ...noSettings,
    },
    revisionId: 'r1',
    serving: undefined,
    state: { is: 'Pending' },
    lastUpdate: { is: 'Successful' },
    lastModifiedMs: 0,
    tags: {},
    lastVersion: 0,
  }
}

/** A store of which one read's result can be held back. */
export class SlowReads implements Store {
  readonly #store: Store
  #gate: Promise<void> | undefined
  #seen = Promise.withResolvers<void>()

  constructor(store: Store) {
    this.#store = store
  }

  /** @returns what resolves when the next read has its result, which then waits for `gate`. */
  holdNext(gate: Promise<void>): Promise<void> {
    this.#gate = gate
    this.#seen = Promise.withResolvers()
    return this.#seen.promise
  }

  reader<Tables>() {
    const gate = this.#gate
    this.#gate = undefined
    return this.#store.reader<Tables>().withPlugin({
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) => {
        if (gate) this.#seen.resolve()
        await gate
        return result
      },
    })
  }

  readonly transaction: Store['transaction'] = (label, body) => {
    return this.#store.transaction(label, body)
  }

  readonly write: Store['write'] = (label, statements) => this.#store.write(label, statements)

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store[Symbol.asyncDispose]()
  }
}
