/** Records as the API shows them. */
import type {
  PermissionsBoundaryAttachmentType,
  Policy,
  PolicyVersion,
  Role,
} from '@aws-sdk/client-iam'
import type { PolicyUse } from './policy-tables.ts'
import type { PolicyRecord, PolicyVersionRecord, RoleRecord } from './state.ts'

/**
 * Documents are "URL-encoded compliant with RFC 3986" (GetRole, API reference). `encodeURIComponent` leaves
 * five characters that RFC 3986 reserves.
 */
export function encodeDocument(document: string): string {
  return encodeURIComponent(document).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** As the API reference and the CLI reference's examples have it; the model's enum says otherwise. */
const boundaryType = 'Policy' as PermissionsBoundaryAttachmentType

/** IAM's times are whole seconds. */
function timestamp(epochMs: number): Date {
  return new Date(Math.floor(epochMs / 1000) * 1000)
}

/** What every answer has, and all that CreateRole's has of the settings (examples of the CLI reference). */
function identityOf(role: RoleRecord): Role {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: timestamp(role.createdMs),
    AssumeRolePolicyDocument: encodeDocument(role.trustPolicy),
  }
}

function attributesOf(role: RoleRecord): Partial<Role> {
  const { boundary, tags } = role
  return {
    ...(boundary === undefined
      ? {}
      : {
          PermissionsBoundary: {
            PermissionsBoundaryType: boundaryType,
            PermissionsBoundaryArn: boundary,
          },
        }),
    ...(tags.length === 0 ? {} : { Tags: [...tags] }),
  }
}

/** CreateRole. */
export function createdRole(role: RoleRecord): Role {
  return { ...identityOf(role), ...attributesOf(role) }
}

/** ListRoles leaves boundary, tags and last use out (Role, API reference). */
export function listedRole(role: RoleRecord): Role {
  return {
    ...identityOf(role),
    ...(role.description === undefined ? {} : { Description: role.description }),
    MaxSessionDuration: role.maxSessionSeconds,
  }
}

/** GetRole: everything. Use is not recorded, so that `RoleLastUsed` is what an unused role has. */
export function wholeRole(role: RoleRecord): Role {
  return { ...listedRole(role), ...attributesOf(role), RoleLastUsed: {} }
}

/** ListPolicies leaves description and tags out (Policy, API reference). */
export function listedPolicy(policy: PolicyRecord, use: PolicyUse): Policy {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: versionId(policy.defaultVersion),
    AttachmentCount: use.attachments,
    PermissionsBoundaryUsageCount: use.boundaries,
    IsAttachable: true,
    CreateDate: timestamp(policy.createdMs),
    UpdateDate: timestamp(policy.updatedMs),
  }
}

/** CreatePolicy does not repeat the description (examples of the CLI reference). */
export function createdPolicy(policy: PolicyRecord, use: PolicyUse): Policy {
  return {
    ...listedPolicy(policy, use),
    ...(policy.tags.length === 0 ? {} : { Tags: [...policy.tags] }),
  }
}

/** GetPolicy: everything; an empty list of tags is there too. */
export function wholePolicy(policy: PolicyRecord, use: PolicyUse): Policy {
  return {
    ...listedPolicy(policy, use),
    ...(policy.description === undefined ? {} : { Description: policy.description }),
    Tags: [...policy.tags],
  }
}

/** Without the document: as lists and CreatePolicyVersion show it. */
export function policyVersion(policy: PolicyRecord, record: PolicyVersionRecord): PolicyVersion {
  return {
    VersionId: versionId(record.version),
    IsDefaultVersion: record.version === policy.defaultVersion,
    CreateDate: timestamp(record.createdMs),
  }
}

function versionId(version: number): string {
  return `v${version}`
}

/** The number of `v2`; undefined when no version can have this id. */
export function parseVersionId(text: string): number | undefined {
  const digits = /^v([1-9]\d{0,14})$/.exec(text)?.[1]
  return digits === undefined ? undefined : Number(digits)
}
