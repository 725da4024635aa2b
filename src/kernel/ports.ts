/**
 * The ports through which rooms meet without knowing each other. Declared here, implemented in the rooms,
 * joined in `app/`.
 */
import type { AccountId, BlobId, FunctionArn, Region, RequestId, Scope } from './brand.ts'
import type { Principal } from './operation.ts'

/** A function version as the data plane runs it: an immutable snapshot. */
export interface RunnableVersion extends Scope {
  readonly account: AccountId
  readonly region: Region
  readonly functionName: string
  readonly functionArn: FunctionArn
  /** `$LATEST` or a number. */
  readonly version: string
  /** Changes with every change of code or configuration; environments are never shared across revisions. */
  readonly revisionId: string
  /** For example `nodejs24.x`. */
  readonly runtime: string
  readonly handler: string
  /** ARN of the execution role. */
  readonly role: string
  readonly code: BlobId
  /** Packages that are merged into /opt, in this order: of two files of one name the later counts. */
  readonly layers: readonly BlobId[]
  readonly memoryMb: number
  readonly timeoutMs: number
  readonly tmpMb: number
  /** The customer's environment variables. */
  readonly environment: Readonly<Record<string, string>>
  readonly logGroup: string
  readonly logFormat: 'Text' | 'JSON'
  /** Set only with the JSON log format. */
  readonly applicationLogLevel?: string
  readonly systemLogLevel?: string
}

export interface InvokeRequest {
  readonly requestId: RequestId
  readonly payload: Uint8Array
  /** The ARN as invoked, qualifier kept. */
  readonly invokedArn: string
  /** Decoded client context (JSON text), when the caller sent one. */
  readonly clientContext: string | undefined
  /** Value of `X-Amzn-Trace-Id`, always there. */
  readonly traceId: string
  /** The caller wants the last 4 KB of the log: the answer waits for the REPORT line. */
  readonly tail: boolean
  /** Set for functions with tenant isolation, and for these alone: no environment ever serves two tenants. */
  readonly tenantId?: string | undefined
  /** Takes the answer of a function that streams while it is being made; without it all is kept and given at once. */
  readonly stream?: ResponseSink
}

/** What a caller gives who wants an answer while it is being made. */
export interface ResponseSink {
  /** The function begins to stream: once, before the first chunk, and never of one that answers in one piece. */
  start(contentType: string | undefined): void
  /** @returns a promise when it is full: the function is not read from until that is resolved. It never rejects. */
  write(chunk: Uint8Array): Promise<void> | undefined
}

export interface InvokeResult {
  /** The function's answer verbatim, or the error object. Empty when all of it has gone to `InvokeRequest.stream`. */
  readonly payload: Uint8Array
  readonly functionError: 'Unhandled' | undefined
  /** The last 4 KB of this invocation's log, when asked for. */
  readonly logTail: Uint8Array | undefined
}

/** How far environments that are to be kept ready are. */
export interface ProvisionedState {
  readonly wanted: number
  /** Of these, how many have booted. */
  readonly allocated: number
  /** Why the last one could not be had, until one can. */
  readonly failure: string | undefined
}

/** How anything invokes a function version. Implemented by the data plane. */
export interface Invoker {
  /**
   * Runs one invocation to its answer. Function errors are results, not exceptions.
   * @throws ServiceError `TooManyRequestsException` (429, with `Reason`) when no environment may be had.
   */
  invoke(version: RunnableVersion, request: InvokeRequest): Promise<InvokeResult>
  /**
   * Makes what the version needs to start (its runtime, its code): what a function does while `Pending`.
   * @throws PreparationError with words for `StateReason`.
   */
  prepare(version: RunnableVersion): Promise<void>
  /** Keeps so many environments of the version ready; 0 lets them go. They are started behind the answer. */
  provision(version: RunnableVersion, count: number): void
  provisioned(version: RunnableVersion): ProvisionedState
  /**
   * Keeps so many executions of the account's for the function, and gives it no more; undefined gives them back.
   * Counts from the next invocation on.
   */
  reserve(scope: Scope, functionArn: FunctionArn, reserved: number | undefined): void
  /** Ends the environments of every revision of this version but `keepRevisionId`; running invocations finish. */
  retire(
    functionArn: FunctionArn,
    version: string,
    keepRevisionId: string | undefined,
    reason: 'updated' | 'deleted',
  ): void
}

/** Why a version cannot be made ready. `code` is a `StateReasonCode` of the Lambda model. */
export class PreparationError extends Error {
  override readonly name = 'PreparationError'
  readonly code: string
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Where a runtime's files are on the host, and how its bootstrap is started. */
export interface RuntimeImage {
  /** Read-only directories, for example the language at `/var/lang` and our bootstrap at `/var/runtime`. */
  readonly mounts: readonly { readonly source: string; readonly target: string }[]
  /** Absolute path inside the sandbox, then arguments; interpreters are told how much memory they have. */
  readonly command: (
    version: Pick<RunnableVersion, 'memoryMb' | 'environment'>,
  ) => readonly string[]
  /**
   * Executables below /var/task or /opt of which the function brings the first that is there, put before `command`'s
   * arguments; undefined when the runtime brings its own.
   */
  readonly bootstraps?: readonly string[]
  /**
   * Set when its process can be started ahead and wait for its function: whether a function with these variables
   * needs a process of its own all the same, because they count only when a process starts.
   */
  readonly needsOwnStart?: (environment: Readonly<Record<string, string>>) => boolean
  /** For languages that do not look for packages in /opt by themselves. */
  readonly layerPackages?: LayerPackages
  /** Set when this machine lacks what was asked for, and another version of the language stands in: `python3.14`. */
  readonly fallbackOf?: string | undefined
  /** Variables of this runtime, beside those every runtime has. */
  readonly env: Readonly<Record<string, string>>
  readonly runtimeApi: 'inherited' | 'tcp'
  /** As INIT_START prints it: `nodejs:24.v42`; undefined for runtimes without (provided.*). */
  readonly versionLabel: string | undefined
  /** 64 hex digits: the last part of the runtime version's ARN. */
  readonly versionHash: string | undefined
}

/** A directory with links to the packages that layers bring. */
export interface LayerPackages {
  /** Directories of packages below /opt; of two packages of one name the earlier directory's counts. */
  readonly from: readonly string[]
  /** Where sandboxes have the links. */
  readonly target: string
}

/** Knows the runtimes this host can serve. Implemented by `runtimes/`. */
export interface RuntimeProvider {
  /** Identifiers that can be used on this host, for example `nodejs24.x`. */
  readonly identifiers: readonly string[]
  /** Names the build that functions of this runtime get here; undefined for runtimes that they bring. */
  versionHash(identifier: string): string | undefined
  /** Why one that lambdad knows cannot be used on this host, and what to do; undefined for all others. */
  whyMissing(identifier: string): string | undefined
  /**
   * Fetches the runtime when it is not there yet.
   * @throws PreparationError (`InvalidRuntime`) when it cannot be had.
   */
  prepare(identifier: string): Promise<RuntimeImage>
}

/** What programs sign their calls with: the three variables of that name. */
export interface SessionKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
}

/** A role as those see it who act with it. */
export interface RoleDescription {
  readonly account: AccountId
  readonly arn: string
  readonly name: string
  /** `AROA...` */
  readonly id: string
  readonly maxSessionSeconds: number
  /** JSON: who may assume it. */
  readonly trustPolicy: string
}

/** The roles there are. Implemented by the iam service; one indexed query each. */
export interface Roles {
  /** The role of exactly this ARN, whatever its account; undefined when there is none. */
  find(roleArn: string): Promise<RoleDescription | undefined>
  /**
   * Whether a service (`lambda.amazonaws.com`) may act with a role.
   * `absent`: nobody has made it, which is no mistake yet where callers are believed (`--auth off`).
   * `not assumable`: it is there, and its trust policy does not let the service in.
   * @param context condition keys that the service brings: `aws:SourceAccount`, `aws:SourceArn`.
   */
  access(
    roleArn: string,
    service: string,
    context?: Readonly<Record<string, string>>,
  ): Promise<'absent' | 'not assumable' | 'assumable'>
}

/** Credentials of execution roles. Implemented by `access/`. */
export interface RoleCredentials {
  /** Good for longer than an environment lives. Never waits: a cold start does for it. */
  keysFor(version: RunnableVersion): SessionKeys
}

/** One function environment's log stream. */
export interface LogWriter {
  /**
   * Never waits and never throws: what does not fit the bounded buffer is dropped and counted.
   * @param timestampMs Unix epoch ms.
   * @param message one event, with its line end, as AWS keeps them.
   */
  write(timestampMs: number, message: string): void
}

/** Where functions' log lines go. Implemented by the logs service. */
export interface LogSink {
  /** Makes the group and the stream when they are missing. */
  open(scope: Scope, group: string, stream: string): LogWriter
}

/** An event source mapping as a poller has to know it. The rest is its kind's own. */
export interface PolledMapping extends Scope {
  readonly uuid: string
  readonly kind: string
  /** As it is to be invoked, qualifier kept. */
  readonly functionArn: string
  /** Settings of CreateEventSourceMapping, under AWS's names. */
  readonly settings: object
}

/** What reads event sources and invokes functions with what is there. */
export interface EventPollers {
  /** Whether sources of this kind are read at all: `sqs`, `kinesis`, ... */
  serves(kind: string): boolean
  /** Begins to poll, or goes on by new settings; resolves when it does. */
  run(mapping: PolledMapping): Promise<void>
  /** Resolves when nothing of it is under way any more; also for one that never ran. */
  stop(uuid: string): Promise<void>
}

/** A plain HTTP request for something that is not an AWS API: downloads, health, function URLs. */
export interface RawRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Uint8Array
  readonly requestId: RequestId
  /** IP address of who sent it. */
  readonly remoteAddress: string
  /**
   * Who signed it, for a service's signing name.
   * @throws ServiceError (or rejects with it) when nobody did, or not as they say
   */
  identify(signingName: string): Principal | Promise<Principal>
}

export interface RawResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Values of Set-Cookie, a header each: it is the one that cannot be joined (RFC 6265, 3). */
  readonly cookies?: readonly string[]
  /**
   * Bytes, text, or a stream: read no faster than the client reads, and returned from (`return`) as soon as the client
   * is gone, also before its first chunk. A stream that throws cuts the connection, since its head is out.
   */
  readonly body: Uint8Array | string | AsyncIterable<Uint8Array>
}

/** How a service gets plain HTTP from the gateway. */
export interface RawRoute {
  /** For example `/_lambdad/code/`. */
  readonly pathPrefix: string
  /** Whether it answers all that is asked of this host, whatever the path. */
  answersHost?(host: string): boolean
  handle(request: RawRequest): Promise<RawResponse> | RawResponse
}
