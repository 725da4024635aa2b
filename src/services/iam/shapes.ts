/** Records as the API shows them. */
import type {
  AttachedPermissionsBoundary,
  Group,
  InstanceProfile,
  PermissionsBoundaryAttachmentType,
  Policy,
  PolicyVersion,
  Role,
  User,
} from '@aws-sdk/client-iam'
import type { PolicyUse } from './policy-tables.ts'
import type {
  GroupRecord,
  InstanceProfileRecord,
  PolicyRecord,
  PolicyVersionRecord,
  RoleRecord,
  TagRecord,
  UserRecord,
} from './state.ts'

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
export function timestamp(epochMs: number): Date {
  return new Date(Math.floor(epochMs / 1000) * 1000)
}

/** What every answer has of a role, and all that CreateRole's has of the settings (examples of the CLI reference). */
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

/** Boundary and tags, for those that have them. */
export function attributesOf({ boundary, tags }: Pick<RoleRecord, 'boundary' | 'tags'>): {
  PermissionsBoundary?: AttachedPermissionsBoundary
  Tags?: TagRecord[]
} {
  const shown = { PermissionsBoundaryType: boundaryType, PermissionsBoundaryArn: boundary }
  return {
    ...(boundary === undefined ? {} : { PermissionsBoundary: shown }),
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

/** ListUsers and GetGroup leave boundary and tags out (ListUsers, API reference). */
export function listedUser(user: UserRecord): User {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: user.arn,
    CreateDate: timestamp(user.createdMs),
  }
}

/** Nobody has a password here, so that there is no PasswordLastUsed. */
export function wholeUser(user: UserRecord): User {
  return { ...listedUser(user), ...attributesOf(user) }
}

export function shownGroup(group: GroupRecord): Group {
  return {
    Path: group.path,
    GroupName: group.name,
    GroupId: group.id,
    Arn: group.arn,
    CreateDate: timestamp(group.createdMs),
  }
}

/** Lists leave the tags out (ListInstanceProfiles, API reference). */
export function listedProfile(
  profile: InstanceProfileRecord,
  roles: readonly RoleRecord[],
): InstanceProfile {
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: profile.arn,
    CreateDate: timestamp(profile.createdMs),
    // Roles in a profile are shown as lists show them, without their settings.
    Roles: roles.map(identityOf),
  }
}

export function wholeProfile(
  profile: InstanceProfileRecord,
  roles: readonly RoleRecord[],
): InstanceProfile {
  const { tags } = profile
  return { ...listedProfile(profile, roles), ...(tags.length === 0 ? {} : { Tags: [...tags] }) }
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
