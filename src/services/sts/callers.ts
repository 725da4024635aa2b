/** What a caller is to STS, as their ARN says. */
import { parseArn } from '../../kernel/arn.ts'
import type { Principal } from '../../kernel/operation.ts'

type CallerKind = 'root' | 'user' | 'assumed-role' | 'federated-user'

export function kindOf(principal: Principal): CallerKind {
  const resource = parseArn(principal.arn)?.resource ?? ''
  if (resource.startsWith('user/')) return 'user'
  if (resource.startsWith('assumed-role/')) return 'assumed-role'
  if (resource.startsWith('federated-user/')) return 'federated-user'
  return 'root'
}

/** Temporary keys are told by their form. */
export function isTemporary(principal: Principal): boolean {
  return principal.accessKeyId.startsWith('ASIA')
}

/** The last part of a user's ARN; undefined for everybody else. */
export function userNameOf(principal: Principal): string | undefined {
  if (kindOf(principal) !== 'user') return undefined
  return parseArn(principal.arn)?.resource.split('/').at(-1)
}
