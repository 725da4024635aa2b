import type { Principal } from '../kernel/operation.ts'
import type { Region, RequestId } from '../kernel/brand.ts'
import type { CallContext, Operation } from '../kernel/operation.ts'
import type { OperationModel, ServiceModel } from '../model/types.ts'
import type { HttpRequest, HttpResponse, Protocol, Route } from '../wire/index.ts'

/**
 * One request on its way through the handlers: each adds what its name says.
 * Members are undefined until their handler has run.
 */
export interface Exchange {
  readonly request: HttpRequest
  readonly requestId: RequestId
  /** Where the client reached us, without a trailing slash. */
  readonly endpoint: string
  /** Who is at the other end. */
  readonly peer: { readonly remoteAddress?: string | undefined }
  /** The body was longer than any operation takes: it was read to its end and dropped. */
  readonly bodyTooLarge: boolean
  service?: ServiceModel
  protocol?: Protocol
  principal?: Principal
  region?: Region
  route?: Route
  operation?: OperationModel
  // oxlint-disable-next-line typescript/no-explicit-any -- typed by `OperationTable` where it was written
  perform?: Operation<any, unknown>
  input?: Record<string, unknown>
  context?: CallContext
  output?: unknown
  response?: HttpResponse
}

/** A link of the chain. Setting `response` ends the chain. Throws `ServiceError` for the caller's mistakes. */
export type Handler = (exchange: Exchange) => void | Promise<void>
