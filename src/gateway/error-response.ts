/**
 * What a client is told when a request fails, by whose fault it is: the caller's (`ServiceError`, as it is), the
 * machine's (`CapacityError`, in words) or the program's (a number to look up in the log, and nothing else).
 * Invariant: no stack, path or text of a bug reaches the client.
 */
import { CapacityError, ServiceError } from '../kernel/errors.ts'
import { newRequestId } from '../kernel/ids.ts'
import type { Log } from '../kernel/log.ts'
import type { HttpResponse } from '../wire/index.ts'
import type { Exchange } from './exchange.ts'

/** In the form of the exchange's protocol; of plain JSON while that is not known. */
export function errorResponse(exchange: Exchange, error: unknown, log: Log): HttpResponse {
  const { service, protocol, operation, requestId } = exchange
  const told = translate(exchange, error, log)
  if (!service || !protocol) return plainError(told, requestId)
  const response = protocol.serializeError(service, operation, told, requestId)
  Object.assign(response.headers, told.headers)
  return response
}

function translate(exchange: Exchange, error: unknown, log: Log): ServiceError {
  const { operation, requestId } = exchange
  if (error instanceof ServiceError) return error
  if (error instanceof CapacityError) {
    const { message, advice, passing } = error
    log.warn({ requestId, operation: operation?.name, reason: message }, 'no room for a request')
    return passing
      ? new ServiceError('ServiceUnavailable', advice, { status: 503, headers: retrySoon })
      : new ServiceError('ServiceException', advice, { status: 500 })
  }
  log.error({ requestId, operation: operation?.name, error: describe(error) }, 'a request failed')
  const words = `Internal error; lambdad's log has request ${requestId}.`
  return new ServiceError('ServiceException', words, { status: 500 })
}

const retrySoon = { 'Retry-After': '1' } as const

/** With its stack: this is for our own log, not the client's answer. */
export function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** The bodies of other requests fill the memory set aside for them. */
export function noRoom(): HttpResponse {
  const words = 'Too much is being uploaded at once; try again.'
  const busy = new ServiceError('ServiceUnavailable', words, { status: 503, headers: retrySoon })
  return plainError(busy, newRequestId())
}

function plainError(error: ServiceError, requestId: string): HttpResponse {
  const { status, code, message, headers } = error
  return {
    status,
    headers: {
      'Content-Type': 'application/json',
      'x-amzn-RequestId': requestId,
      'X-Amzn-ErrorType': code,
      ...headers,
    },
    body: JSON.stringify({ message }),
  }
}
