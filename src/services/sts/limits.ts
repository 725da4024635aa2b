/** Limits of STS, from its API reference unless told. */

/** AssumeRole when the caller names no duration. */
export const roleSessionSeconds = 3600
/** The most for a session that a role's session asks for. */
export const chainedSessionSecondsMax = 3600
/** GetSessionToken and GetFederationToken when the caller names no duration. */
export const userSessionSeconds = 43_200
/** The most for the root user, who is given this when they ask for more. */
export const rootSessionSecondsMax = 3600

/** A session policy, in characters. */
export const sessionPolicyCharactersMax = 2048
/** ARNs of managed policies for one session. */
export const sessionPolicyArnsMax = 10
/** AWS packs session policies and tags into this many bytes, in a way it does not tell; ours: as if unpacked. */
export const packedBytesMax = 4096
