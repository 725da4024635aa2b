/** STS's errors in AWS's words. "Observed" is text that users of AWS have published. */
import { ServiceError } from '../../kernel/errors.ts'

/** Observed; also for roles that do not exist. */
export function notAuthorized(caller: string, action: string, resource: string): ServiceError {
  return accessDenied(
    `User: ${caller} is not authorized to perform: ${action} on resource: ${resource}`,
  )
}

export function accessDenied(message: string): ServiceError {
  return new ServiceError('AccessDenied', message, { status: 403 })
}

export function validationError(message: string): ServiceError {
  return new ServiceError('ValidationError', message)
}

export function malformedPolicy(message: string): ServiceError {
  return new ServiceError('MalformedPolicyDocument', message)
}

export function packedPolicyTooLarge(percent: number): ServiceError {
  // Observed, for tags.
  return new ServiceError(
    'PackedPolicyTooLarge',
    `Packed size of session tags consumes ${percent}% of allotted space.`,
  )
}
