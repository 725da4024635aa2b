/**
 * The service's errors in AWS's words. Where the words come from: "observed" is text that users of AWS have
 * published; "recalled" is AWS's as far as we remember; "ours" where AWS's could not be found.
 */
import { ServiceError } from '../../kernel/errors.ts'

/** Observed. */
export function noSuchRole(roleName: string): ServiceError {
  return noSuchEntity(`The role with name ${roleName} cannot be found.`)
}

/** Observed: GetRolePolicy and DeleteRolePolicy. */
export function noSuchRolePolicy(policyName: string): ServiceError {
  return noSuchEntity(`The role policy with name ${policyName} cannot be found.`)
}

/** Observed: GetPolicy, DeletePolicy and, for policies the role does not have, DetachRolePolicy. */
export function noSuchPolicy(arn: string): ServiceError {
  return noSuchEntity(`Policy ${arn} was not found.`)
}

/** Ours: what IAM would answer with, lambdad does not have. */
export function awsManagedPolicy(arn: string): ServiceError {
  return noSuchEntity(
    `Policy ${arn} was not found: lambdad does not hold the documents of AWS managed policies.`,
  )
}

/** Observed: a policy that AWS keeps for its service-linked roles. */
export function serviceRolePolicy(): ServiceError {
  return new ServiceError(
    'PolicyNotAttachable',
    'Cannot attach a Service Role Policy to a Customer Role.',
  )
}

/** Observed: AttachRolePolicy. */
export function notAttachable(arn: string): ServiceError {
  return noSuchEntity(`Policy ${arn} does not exist or is not attachable.`)
}

/** Observed: CreateRole and PutRolePermissionsBoundary. */
export function noSuchBoundary(arn: string): ServiceError {
  return noSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`)
}

/** Observed: GetPolicyVersion. */
export function noSuchVersion(arn: string, versionId: string): ServiceError {
  return noSuchEntity(`Policy ${arn} version ${versionId} does not exist or is not attachable.`)
}

/** Observed. */
export function roleExists(roleName: string): ServiceError {
  return new ServiceError('EntityAlreadyExists', `Role with name ${roleName} already exists.`, {
    status: 409,
  })
}

/** Observed. */
export function policyExists(policyName: string): ServiceError {
  return new ServiceError(
    'EntityAlreadyExists',
    `A policy called ${policyName} already exists. Duplicate names are not allowed.`,
    { status: 409 },
  )
}

/** Observed for ACLSizePerRole, PoliciesPerRole, PolicySize and RolesPerAccount; the others follow the pattern. */
export function quotaExceeded(quota: string, limit: number): ServiceError {
  return limitExceeded(`Cannot exceed quota for ${quota}: ${limit}`)
}

export function limitExceeded(message: string): ServiceError {
  return new ServiceError('LimitExceeded', message, { status: 409 })
}

export function deleteConflict(message: string): ServiceError {
  return new ServiceError('DeleteConflict', message, { status: 409 })
}

export function malformedPolicy(message: string): ServiceError {
  return new ServiceError('MalformedPolicyDocument', message)
}

export function invalidInput(message: string): ServiceError {
  return new ServiceError('InvalidInput', message)
}

/** Observed: AttachRolePolicy and DetachRolePolicy. */
export function invalidArn(arn: string): ServiceError {
  return invalidInput(`ARN ${arn} is not valid.`)
}

/** Recalled, not verified: changing or deleting an AWS managed policy. */
export function foreignPolicy(): ServiceError {
  return new ServiceError('AccessDenied', 'Policy is outside your own account.', { status: 403 })
}

export function validationError(message: string): ServiceError {
  return new ServiceError('ValidationError', message)
}

function noSuchEntity(message: string): ServiceError {
  return new ServiceError('NoSuchEntity', message, { status: 404 })
}
