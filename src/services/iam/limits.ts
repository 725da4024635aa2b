/**
 * Quotas of IAM: AWS's defaults, from "IAM and AWS STS quotas" in the IAM User Guide unless told. What is full
 * answers LimitExceeded (409).
 */

export const rolesPerAccountMax = 1000
export const customerPoliciesPerAccountMax = 1500
/** Managed policies attached to one role. */
export const policiesPerRoleMax = 10
export const versionsPerPolicyMax = 5
export const tagsMax = 50

/** Characters of a document, white space not counted. */
export const trustPolicyCharactersMax = 2048
export const managedPolicyCharactersMax = 6144
/** All inline policies of one role together. */
export const inlinePoliciesCharactersMax = 10_240

/** A role whose creator names no session duration (CreateRole, API reference). */
export const defaultSessionSeconds = 3600

/** Items on a page when the caller names no MaxItems, and the most it may name (API reference). */
export const pageItemsDefault = 100
export const pageItemsMax = 1000
