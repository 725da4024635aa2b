/** What GetAccountAuthorizationDetails tells of each entity, everything that hangs on it included. */
import type {
  GetAccountAuthorizationDetailsResponse,
  GroupDetail,
  ManagedPolicyDetail,
  PolicyDetail,
  RoleDetail,
  UserDetail,
} from '@aws-sdk/client-iam'
import { pageItemsMax } from './limits.ts'
import { listContainers } from './link-tables.ts'
import { parsePolicyArn } from './names.ts'
import { listAttachments, listInlinePolicies } from './permission-tables.ts'
import { type UsedPolicy, listVersions } from './policy-tables.ts'
import {
  attributesOf,
  encodeDocument,
  listedPolicy,
  listedProfile,
  listedRole,
  listedUser,
  policyVersion,
  shownGroup,
} from './shapes.ts'
import type { GroupRecord, Holder, RoleRecord, UserRecord } from './state.ts'
import type { Db } from './tables.ts'

export type Detailed = Holder | (UsedPolicy & { readonly kind: 'policy' })
type Details = Pick<
  GetAccountAuthorizationDetailsResponse,
  'UserDetailList' | 'GroupDetailList' | 'RoleDetailList' | 'Policies'
>

/** One after the other: a page of 1000 must not fill the queue of everybody's reads. */
export async function detailsOf(db: Db, items: readonly Detailed[]): Promise<Details> {
  const users: UserDetail[] = []
  const groups: GroupDetail[] = []
  const roles: RoleDetail[] = []
  const policies: ManagedPolicyDetail[] = []
  for (const item of items) {
    if (item.kind === 'user') users.push(await userDetail(db, item))
    else if (item.kind === 'group') groups.push(await groupDetail(db, item))
    else if (item.kind === 'role') roles.push(await roleDetail(db, item))
    else policies.push(await policyDetail(db, item))
  }
  return {
    UserDetailList: users,
    GroupDetailList: groups,
    RoleDetailList: roles,
    Policies: policies,
  }
}

async function userDetail(db: Db, user: UserRecord): Promise<UserDetail> {
  const groups = await listContainers(db, 'group', user, '', pageItemsMax)
  return {
    ...listedUser(user),
    ...attributesOf(user),
    UserPolicyList: await inlineOf(db, user),
    GroupList: groups.map(({ name }) => name),
    AttachedManagedPolicies: await attachedTo(db, user),
  }
}

async function groupDetail(db: Db, group: GroupRecord): Promise<GroupDetail> {
  return {
    ...shownGroup(group),
    GroupPolicyList: await inlineOf(db, group),
    AttachedManagedPolicies: await attachedTo(db, group),
  }
}

async function roleDetail(db: Db, role: RoleRecord): Promise<RoleDetail> {
  const { MaxSessionDuration: _seconds, Description: _description, ...shown } = listedRole(role)
  const profiles = await listContainers(db, 'instance-profile', role, '', pageItemsMax)
  return {
    ...shown,
    ...attributesOf(role),
    InstanceProfileList: profiles.map((profile) => listedProfile(profile, [role])),
    RolePolicyList: await inlineOf(db, role),
    AttachedManagedPolicies: await attachedTo(db, role),
    RoleLastUsed: {},
  }
}

async function policyDetail(db: Db, used: UsedPolicy): Promise<ManagedPolicyDetail> {
  const { policy } = used
  const versions = await listVersions(db, policy)
  return {
    ...listedPolicy(policy, used),
    ...(policy.description === undefined ? {} : { Description: policy.description }),
    PolicyVersionList: versions.map((version) => ({
      Document: encodeDocument(version.document),
      ...policyVersion(policy, version),
    })),
  }
}

async function inlineOf(db: Db, holder: Holder): Promise<PolicyDetail[]> {
  const policies = await listInlinePolicies(db, holder, '', pageItemsMax)
  return policies.map(({ name, document }) => ({
    PolicyName: name,
    PolicyDocument: encodeDocument(document),
  }))
}

async function attachedTo(db: Db, holder: Holder) {
  return (await listAttachments(db, holder)).map(({ arn }) => ({
    PolicyName: parsePolicyArn(arn).name,
    PolicyArn: arn,
  }))
}
