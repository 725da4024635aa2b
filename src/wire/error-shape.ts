/**
 * What a `ServiceError` is in its service's model. The model's HTTP status is authoritative for modelled
 * errors; the error's own is used for the others (AccessDeniedException, ValidationException, ...).
 */
import type { ServiceError } from '../kernel/errors.ts'
import type { ServiceModel, StructureShape } from '../model/types.ts'

export interface ErrorDescription {
  /** Undefined for errors that the model does not have. */
  readonly shape: StructureShape | undefined
  /** The exception's name in JSON and CBOR protocols. */
  readonly name: string
  /** The code in query protocols and in `x-amzn-query-error`. */
  readonly code: string
  readonly status: number
  /** Whether the caller is to blame. */
  readonly sender: boolean
}

/** `error.code` may be the exception's name or its query code. */
export function describeError(service: ServiceModel, error: ServiceError): ErrorDescription {
  const shape = service.errors.get(error.code)
  const status = statusOf(shape, error)
  return {
    shape,
    name: shape?.name ?? error.code,
    code: shape?.error?.code ?? error.code,
    status,
    sender: status < 500,
  }
}

function statusOf(shape: StructureShape | undefined, error: ServiceError): number {
  if (shape?.error?.httpStatusCode !== undefined) return shape.error.httpStatusCode
  // JSON models mark faults and give no status: a fault that kept the default status is a plain 500.
  return shape?.fault === true && error.status < 500 ? 500 : error.status
}

export interface ErrorMembers {
  /** Values by member name, of those the shape has. */
  readonly members: Record<string, unknown>
  /** Fields of the error that the shape does not have, with the message where the shape has none. */
  readonly others: Record<string, unknown>
}

/**
 * The members of an error's shape: the message under the model's spelling of it, `Type` as Lambda's
 * errors have it (`User` or `Server`), and the error's own fields.
 */
export function errorMembers(description: ErrorDescription, error: ServiceError): ErrorMembers {
  const members: Record<string, unknown> = {}
  const others: Record<string, unknown> = { ...error.fields }
  let hasMessage = false
  for (const { name } of description.shape?.members ?? []) {
    if (Object.hasOwn(error.fields, name)) {
      members[name] = error.fields[name]
      delete others[name]
    } else if (name === 'Type') {
      members[name] = description.sender ? 'User' : 'Server'
    }
    if (name.toLowerCase() === 'message') {
      members[name] ??= error.message
      hasMessage = true
    }
  }
  return { members, others: hasMessage ? others : { message: error.message, ...others } }
}
