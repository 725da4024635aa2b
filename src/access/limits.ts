/** Limits of this room. */

/** Ours: resolved credentials of `--auth off`, a few hundred bytes each. When full, all are forgotten. */
export const openIdentitiesMax = 1024
/** Ours: decrypted keys in memory. The oldest makes room. */
export const cachedKeysMax = 1024
/** Ours: how long a key deleted on another node may still be taken. IAM's own changes take seconds. */
export const cachedMs = 5000
/** Ours: keys that were lent and have not expired, a few hundred bytes each; the oldest makes room. */
export const lentKeysMax = 50_000
/** How long what a function is lent is good for. Temporary credentials of roles: 12 hours at most (IAM). */
export const roleKeysMs = 12 * 60 * 60 * 1000
/** Ours: what has less time left than this is not handed to a new environment, which may live for hours. */
export const roleKeysLeftMs = 6 * 60 * 60 * 1000
/** Ours: how long an expired key is kept, so that its holder is told it expired and not that it never was. */
export const expiredKeptMs = 24 * 60 * 60 * 1000
/** Ours: how exactly the last use of a key is known. IAM's own answer may be hours behind. */
export const lastUseStepMs = 60_000
