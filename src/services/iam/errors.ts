/**
 * The service's errors in AWS's words. Where the words come from: "observed" is text that users of AWS have
 * published; "recalled" is AWS's as far as we remember; "ours" where AWS's could not be found.
 */
import { ServiceError } from '../../kernel/errors.ts'
import type { HolderKind, Kind } from './state.ts'

/**
 * Observed for roles, users, groups, instance profiles and both kinds of providers; the words for an alias and a
 * task are recalled.
 */
const missing: Readonly<Record<Kind, (name: string) => string>> = {
  role: (name) => `The role with name ${name} cannot be found.`,
  user: (name) => `The user with name ${name} cannot be found.`,
  group: (name) => `The group with name ${name} cannot be found.`,
  'instance-profile': (name) => `Instance Profile ${name} cannot be found.`,
  'oidc-provider': (arn) => `OpenIDConnect Provider not found for arn ${arn}`,
  'saml-provider': (arn) => `Manifest not found for arn ${arn}`,
  'account-alias': (name) => `The account alias with name ${name} cannot be found.`,
  'password-policy': (account) =>
    `The Password Policy with domain name ${account} cannot be found.`,
  'deletion-task': (id) => `Deletion Task with id ${id} cannot be found.`,
}

/** @param name the ARN of a provider, the account's number for a password policy. */
export function noSuch(kind: Kind, name: string): ServiceError {
  return noSuchEntity(missing[kind](name))
}

/** Observed for roles and users: getting and deleting an inline policy. */
export function noSuchInlinePolicy(kind: HolderKind, policyName: string): ServiceError {
  return noSuchEntity(`The ${kind} policy with name ${policyName} cannot be found.`)
}

/** Observed. */
export function noSuchAccessKey(accessKeyId: string): ServiceError {
  return noSuchEntity(`The Access Key with id ${accessKeyId} cannot be found.`)
}

/** Observed. */
export function noSuchLoginProfile(userName: string): ServiceError {
  return noSuchEntity(`Login Profile for User ${userName} cannot be found.`)
}

/** Observed: GetPolicy, DeletePolicy and, for policies the role does not have, DetachRolePolicy. */
export function noSuchPolicy(arn: string): ServiceError {
  return noSuchEntity(`Policy ${arn} was not found.`)
}

/** Ours: what IAM would answer with, lambdad does not have. */
export function awsManagedPolicy(arn: string): ServiceError {
  return noSuchEntity(
    `Policy ${arn} was not found: lambdad does not hold the document of this AWS managed policy.`,
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

/** Observed: CreateRole and PutRolePermissionsBoundary; users' are taken to be the same. */
export function noSuchBoundary(arn: string): ServiceError {
  return noSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`)
}

/** Observed: GetPolicyVersion. */
export function noSuchVersion(arn: string, versionId: string): ServiceError {
  return noSuchEntity(`Policy ${arn} version ${versionId} does not exist or is not attachable.`)
}

/** Observed, but for the alias's, which is recalled. */
const taken = {
  role: (name: string) => `Role with name ${name} already exists.`,
  user: (name: string) => `User with name ${name} already exists.`,
  group: (name: string) => `Group with name ${name} already exists.`,
  'instance-profile': (name: string) => `Instance Profile ${name} already exists.`,
  'oidc-provider': (name: string) => `Provider with url https://${name} already exists.`,
  'saml-provider': (name: string) => `Provider with name ${name} already exists.`,
  'account-alias': (name: string) => `The account alias ${name} already exists.`,
}

export function alreadyExists(kind: keyof typeof taken, name: string): ServiceError {
  return new ServiceError('EntityAlreadyExists', taken[kind](name), { status: 409 })
}

/** Observed: all that changes a service-linked role but its description. */
export function protectedRole(roleName: string): ServiceError {
  return new ServiceError(
    'UnmodifiableEntity',
    `Cannot perform the operation on the protected role '${roleName}' - this role is only modifiable by AWS`,
  )
}

/** Observed. */
export function policyExists(policyName: string): ServiceError {
  return new ServiceError(
    'EntityAlreadyExists',
    `A policy called ${policyName} already exists. Duplicate names are not allowed.`,
    { status: 409 },
  )
}

/**
 * Observed for ACLSizePerRole, AccessKeysPerUser, GroupsPerUser, InstanceSessionsPerInstanceProfile, PoliciesPerRole,
 * PolicySize and RolesPerAccount; the others follow the pattern.
 */
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
