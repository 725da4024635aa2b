/**
 * What every protocol does, server side: name the operation, read its input, write its output or an
 * error. One object per protocol serves all services; what it compiles from a model is kept per model.
 *
 * Invariants: `route` and `parse` throw only `ServiceError` for what a client sent; `serialize` and
 * `serializeError` never fail for values of the model's types. Constraints are not checked here
 * (`constraints.ts`). Called by the gateway. Read next: `rest-json.ts`, the flagship's protocol.
 */
import type { ServiceError } from '../kernel/errors.ts'
import type { OperationModel, ProtocolId, ServiceModel } from '../model/types.ts'
import type { HttpRequest, HttpResponse } from './http.ts'
import type { Route } from './router.ts'

/** An operation's input or output: members by their names in the model, absent ones left out. */
export type Members = Readonly<Record<string, unknown>>

export interface Protocol {
  readonly id: ProtocolId

  /** The operation a request asks for; the protocol's own `ServiceError` when there is none. */
  route(service: ServiceModel, request: HttpRequest): Route

  /**
   * The operation's input. Timestamps are `Date`, blobs `Uint8Array` (of a whole body: the body itself,
   * not a copy), longs numbers. Throws `ServiceError` for what cannot be read.
   */
  parse(service: ServiceModel, route: Route, request: HttpRequest): Record<string, unknown>

  /**
   * Null and undefined members are left out; timestamps may be `Date` or epoch seconds. The member that
   * is an event stream is an `AsyncIterable` of events, each an object with one member.
   */
  serialize(
    service: ServiceModel,
    operation: OperationModel,
    output: Members,
    requestId: string,
  ): HttpResponse

  /** `operation` is undefined when `route` failed. */
  serializeError(
    service: ServiceModel,
    operation: OperationModel | undefined,
    error: ServiceError,
    requestId: string,
  ): HttpResponse
}

/**
 * Remembers what is compiled from a service or an operation, for as long as the model lives. `context`
 * is given to the first compilation only: it must follow from the model (an operation's service).
 */
export function memoize<Model extends object, Compiled, Context = void>(
  compile: (model: Model, context: Context) => Compiled,
): (model: Model, context: Context) => Compiled {
  const known = new WeakMap<Model, Compiled>()
  return (model, context) => {
    let compiled = known.get(model)
    if (compiled === undefined) known.set(model, (compiled = compile(model, context)))
    return compiled
  }
}
