/**
 * Quotas of IAM: AWS's defaults, from "IAM and AWS STS quotas" in the IAM User Guide unless told. What is full
 * answers LimitExceeded (409).
 */

export const rolesPerAccountMax = 1000
export const usersPerAccountMax = 5000
export const groupsPerAccountMax = 300
export const groupsPerUserMax = 10
export const instanceProfilesPerAccountMax = 1000
export const accessKeysPerUserMax = 2
export const oidcProvidersPerAccountMax = 100
export const clientIdsPerOidcProviderMax = 100
export const samlProvidersPerAccountMax = 100
/** CreateOpenIDConnectProvider, API reference. */
export const thumbprintsPerOidcProviderMax = 5
export const customerPoliciesPerAccountMax = 1500
/** Managed policies attached to one role, user or group. */
export const attachedPoliciesMax = 10
export const versionsPerPolicyMax = 5
export const tagsMax = 50

/** Characters of a document, white space not counted. */
export const trustPolicyCharactersMax = 2048
export const managedPolicyCharactersMax = 6144
/** All inline policies of one holder together. */
export const inlinePoliciesCharactersMax = { role: 10_240, user: 2048, group: 5120 } as const

/** A role whose creator names no session duration (CreateRole, API reference). */
export const defaultSessionSeconds = 3600

/** Items on a page when the caller names no MaxItems, and the most it may name (API reference). */
export const pageItemsDefault = 100
export const pageItemsMax = 1000

/** Ours: how long the outcome of a service-linked role's deletion can be asked for. */
export const deletionTaskKeptMs = 24 * 60 * 60 * 1000
