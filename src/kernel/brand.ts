/** A bare string or number that has been given an identity, so that one kind of id cannot be passed for another. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name }

/** Twelve digits. */
export type AccountId = Brand<string, 'AccountId'>
/** For example `eu-west-1`. */
export type Region = Brand<string, 'Region'>
/** The UUID of one API request or one invocation. */
export type RequestId = Brand<string, 'RequestId'>
/** `arn:aws:lambda:<region>:<account>:function:<name>`, never with a qualifier. */
export type FunctionArn = Brand<string, 'FunctionArn'>
/** Hex SHA-256 of a stored blob's plain bytes: its name in the blob store. */
export type BlobId = Brand<string, 'BlobId'>

/** Everything lambdad keeps belongs to one account in one region. */
export interface Scope {
  readonly account: AccountId
  readonly region: Region
}
