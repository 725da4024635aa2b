/** The errors the wire itself raises, before any service is asked. */
import { ServiceError } from '../kernel/errors.ts'
import type { StructureShape } from '../model/types.ts'

/** The request cannot be read as its operation's input. */
export function serializationFault(message: string, cause?: unknown): ServiceError {
  return new ServiceError('SerializationException', message, { cause })
}

/** No operation of the service answers this request (REST and RPC protocols). */
export function unknownOperation(message: string, status: number): ServiceError {
  return new ServiceError('UnknownOperationException', message, { status })
}

/** Whether a union was sent with more members than the one it may have. */
export function isOverfull(shape: StructureShape, members: object): boolean {
  return shape.union === true && Object.keys(members).length > 1
}

export const overfullUnion = 'A union must have exactly one member set.'
