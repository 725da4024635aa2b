/** Limits of this room. What is beyond them is refused in words before any of it is hashed. */

/** Ours: four times the longest header the SDKs make; the gateway bounds all headers together. */
export const authorizationBytesMax = 8192
/** Ours. AWS: access keys have 16 to 128 characters (IAM model), regions and services far fewer. */
export const credentialBytesMax = 256
/** Ours: node:http keeps 2,000 headers at most, the SDKs sign about ten. */
export const signedHeadersMax = 200
/** docs: "The difference between the request time and the current time" may be 15 minutes. */
export const clockSkewMs = 15 * 60 * 1000
/** docs (S3, query-string authentication): 1 second to 7 days. */
export const presignedSecondsMax = 604_800
/** Ours: a day's keys of 256 clients; 32 bytes each. The oldest used makes room. */
export const signingKeysMax = 1024
/** Ours: credential texts whose parts are remembered, up to 256 bytes each. When full, all are forgotten. */
export const knownScopesMax = 1024
