/**
 * The ports through which rooms meet without knowing each other. Declared here, implemented in the rooms,
 * joined in `app/`.
 */
import type { AccountId, BlobId, FunctionArn, Region, RequestId, Scope } from './brand.ts'

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
}

export interface InvokeResult {
  /** The function's answer verbatim, or the error object. */
  readonly payload: Uint8Array
  readonly functionError: 'Unhandled' | undefined
  /** The last 4 KB of this invocation's log, when asked for. */
  readonly logTail: Uint8Array | undefined
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
  /** Ends the environments of every revision of this version but `keepRevisionId`; running invocations finish. */
  retire(
    functionArn: FunctionArn,
    version: string,
    keepRevisionId: string | undefined,
    reason: string,
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
   * Executables below /var/task of which the function brings the first that is there, put before `command`'s
   * arguments; undefined when the runtime brings its own.
   */
  readonly bootstraps?: readonly string[]
  /**
   * Set when its process can be started ahead and wait for its function: whether a function with these variables
   * needs a process of its own all the same, because they count only when a process starts.
   */
  readonly needsOwnStart?: (environment: Readonly<Record<string, string>>) => boolean
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

/** A plain HTTP request for something that is not an AWS API: downloads, health, later function URLs. */
export interface RawRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Uint8Array
}

export interface RawResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | string
}

/** How a service gets plain HTTP from the gateway. */
export interface RawRoute {
  /** For example `/_lambdad/code/`. */
  readonly pathPrefix: string
  handle(request: RawRequest): Promise<RawResponse> | RawResponse
}
