/** The two forms in which a client may name a capacity provider, made one: its name, and its ARN. */
import { parseArn, partitionOf } from '../../../kernel/arn.ts'
import type { Scope } from '../../../kernel/brand.ts'
import { ServiceError } from '../../../kernel/errors.ts'
import { invalid } from '../rules.ts'

/** API reference, CapacityProviderArn. */
const arnCharactersMax = 140

export function providerArn(scope: Scope, name: string): string {
  return `arn:${partitionOf(scope.region)}:lambda:${scope.region}:${scope.account}:capacity-provider:${name}`
}

/**
 * @param scope the caller's: nobody uses another's capacity
 * @throws ServiceError `ResourceNotFoundException` for the ARN of another account or region
 */
export function providerName(text: string, scope: Scope): string {
  const arn = parseArn(text)
  if (!arn) return text
  if (arn.account !== scope.account || arn.region !== scope.region) throw providerNotFound(text)
  return arn.resource.slice('capacity-provider:'.length)
}

/** @throws ServiceError when its ARN would be longer than any may be */
export function newProviderName(text: string, scope: Scope): string {
  const name = providerName(text, scope)
  const longest = arnCharactersMax - providerArn(scope, '').length
  if (name.length <= longest) return name
  throw invalid(
    `1 validation error detected: Value '${name}' at 'capacityProviderName' failed to satisfy constraint: Member must have length less than or equal to ${longest}`,
  )
}

export function providerNotFound(arn: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', `Capacity provider not found: ${arn}`, {
    status: 404,
  })
}
