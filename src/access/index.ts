/**
 * Access: who makes a request, and what they may do. Front door.
 *
 * `app` opens a `Credentials` on the store, chooses an `Authenticator` by `--auth`, and hands both with an
 * `Authorizer` to the gateway.
 */
export { OpenAuthenticator, VerifyingAuthenticator } from './authenticator.ts'
export type { Authenticator } from './authenticator.ts'
export { SameAccountAuthorizer } from './authorizer.ts'
export type { Authorizer } from './authorizer.ts'
export { Credentials, rootOf } from './credentials.ts'
export type { KeyOwner, KeySession, NewTemporaryKey } from './credentials.ts'
export type { KeyChanges } from './key-changes.ts'
export { RoleKeys } from './role-keys.ts'
export { SecretBox } from './secret-box.ts'
export { accessMigrations } from './tables.ts'
export type { ContextKeys } from './policy/conditions.ts'
export { isTrusted } from './policy/trust.ts'
