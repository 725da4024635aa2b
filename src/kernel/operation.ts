/**
 * What a service is to the rest of lambdad: a table of operations.
 * The gateway calls it for HTTP requests; the `Caller` port calls it in-process.
 */
import type { AccountId, Region, RequestId, Scope } from './brand.ts'

/** Who makes a request, as the credential says. */
export interface Principal {
  readonly account: AccountId
  /** For example `arn:aws:iam::000000000000:root` or `arn:aws:iam::000000000000:user/ci`. */
  readonly arn: string
  /** The unique id STS reports: the account for root, `AIDA...` for users, `AROA...:session` for roles. */
  readonly userId: string
  readonly accessKeyId: string
}

/** What an operation knows of the request beside its input. */
export interface CallContext extends Scope {
  readonly account: AccountId
  readonly region: Region
  readonly principal: Principal
  readonly requestId: RequestId
  /** Where the client reached us, without a trailing slash, for URLs we hand out: `http://127.0.0.1:4566`. */
  readonly endpoint: string
  /** HTTP headers of the request, lower-case names; empty for in-process calls. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** One operation: throws `ServiceError` for the caller's mistakes. */
export type Operation<Input, Output> = (
  input: Input,
  context: CallContext,
) => Output | Promise<Output>

/**
 * An operation whose code is loaded when it is first called: a service has many, and a start waits for none of them.
 * @param load gives what makes it of `deps`
 */
export function lateOperation<Deps, Input, Output>(
  deps: Deps,
  load: () => Promise<(deps: Deps) => Operation<Input, Output>>,
): Operation<Input, Output> {
  let operation: Operation<Input, Output> | undefined
  return (input, context) => {
    if (operation) return operation(input, context)
    return load().then((make) => {
      operation ??= make(deps)
      return operation(input, context)
    })
  }
}

/** Key of an output's headers that the model does not know: the gateway adds them to the answer. */
export const responseHeaders = Symbol('response headers')
export interface ResponseHeaders {
  readonly [responseHeaders]?: Readonly<Record<string, string>>
}

/** Marks an operation that the model has and lambdad does not serve yet: answered 501, by its name. */
export const notYet = Symbol('not yet')
export type NotYet = typeof notYet

/**
 * The table of a service, counted by the compiler: every method of the AWS SDK's aggregated client
 * (`import type { Lambda } from '@aws-sdk/client-lambda'`) must stand in it, under AWS's name.
 */
export type OperationTable<Client> = {
  readonly [Method in OperationMethod<Client> as Capitalize<Method>]:
    | Operation<SdkInput<Client[Method]>, SdkOutput<Client[Method]>>
    | NotYet
}

/** The client's methods that are operations: not its helpers around them. */
type OperationMethod<Client> = Exclude<
  keyof Client & string,
  | 'config'
  | 'initConfig'
  | 'middlewareStack'
  | 'send'
  | 'destroy'
  | `paginate${string}`
  | `waitUntil${string}`
>

// The SDK's methods are overloaded and inference takes the last overload, (args, options, callback):
// the input is its first parameter, the output what the callback is given.
type SdkInput<Method> = Method extends (input: infer Input, ...rest: never[]) => unknown
  ? PlainBytes<Input>
  : never
type SdkOutput<Method> = Method extends (
  input: never,
  options: never,
  callback: (error: never, data?: infer Output) => void,
) => unknown
  ? PlainBytes<Omit<NonNullable<Output>, '$metadata'>>
  : never
/** The SDK takes bytes in many forms and wraps those it gives; an operation takes and gives plain ones. */
type PlainBytes<Members> = {
  [Member in keyof Members]: NonNullable<Members[Member]> extends Uint8Array
    ? Uint8Array | undefined
    : Uint8Array extends NonNullable<Members[Member]>
      ? Uint8Array | undefined
      : Members[Member]
}

/** An entry of a table whose shapes the SDK does not know yet. */
export type AnyOperation = Operation<never, unknown> | NotYet

/** A service that is loaded when it is first asked for: a server's start does not wait for what few callers use. */
export interface LateService {
  readonly model: string
  /** Once: whoever asks later gets the same. */
  load(): Promise<Service>
}

export function lateService(model: string, make: () => Promise<Service>): LateService {
  let service: Promise<Service> | undefined
  return { model, load: () => (service ??= make()) }
}

/** Whichever it is. */
export async function loaded(service: Service | LateService): Promise<Service> {
  return 'operations' in service ? service : await service.load()
}

/** A service as the gateway and the in-process `Caller` see it. */
export interface Service {
  /** The id of its model under `src/model/`, for example `lambda` or `logs`. */
  readonly model: string
  // oxlint-disable-next-line typescript/no-explicit-any -- the table is heterogeneous; each entry is typed by `OperationTable` where it is written.
  readonly operations: Readonly<Record<string, Operation<any, unknown> | NotYet>>
}
