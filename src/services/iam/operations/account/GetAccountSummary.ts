import type { GetAccountSummaryResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { countEntities } from '../../entity-tables.ts'
import type { IamDeps } from '../../iam-deps.ts'
import {
  accessKeysPerUserMax,
  attachedPoliciesMax,
  customerPoliciesPerAccountMax,
  groupsPerAccountMax,
  groupsPerUserMax,
  inlinePoliciesCharactersMax,
  instanceProfilesPerAccountMax,
  managedPolicyCharactersMax,
  rolesPerAccountMax,
  trustPolicyCharactersMax,
  usersPerAccountMax,
  versionsPerPolicyMax,
} from '../../limits.ts'
import { countPolicies, countVersions } from '../../policy-tables.ts'
import type { Kind } from '../../state.ts'
import type { IamTables } from '../../tables.ts'

/** Quotas are `limits.ts`'s; what lambdad does not have (passwords, certificates, MFA) is counted as none. */
export function GetAccountSummary(deps: IamDeps): Operation<unknown, GetAccountSummaryResponse> {
  return async (_input, { account }) => {
    const db = deps.store.reader<IamTables>()
    const count = (kind: Kind) => countEntities(db, kind, account)
    const rootKeys = await deps.credentials.list(account)
    const summary = {
      Users: await count('user'),
      UsersQuota: usersPerAccountMax,
      Groups: await count('group'),
      GroupsQuota: groupsPerAccountMax,
      Roles: await count('role'),
      RolesQuota: rolesPerAccountMax,
      InstanceProfiles: await count('instance-profile'),
      InstanceProfilesQuota: instanceProfilesPerAccountMax,
      Providers: (await count('oidc-provider')) + (await count('saml-provider')),
      Policies: await countPolicies(db, account),
      PoliciesQuota: customerPoliciesPerAccountMax,
      PolicyVersionsInUse: await countVersions(db, account),
      // 10,000 by default (IAM User Guide, quotas).
      PolicyVersionsInUseQuota: 10_000,
      VersionsPerPolicyQuota: versionsPerPolicyMax,
      PolicySizeQuota: managedPolicyCharactersMax,
      AssumeRolePolicySizeQuota: trustPolicyCharactersMax,
      UserPolicySizeQuota: inlinePoliciesCharactersMax.user,
      GroupPolicySizeQuota: inlinePoliciesCharactersMax.group,
      RolePolicySizeQuota: inlinePoliciesCharactersMax.role,
      AttachedPoliciesPerUserQuota: attachedPoliciesMax,
      AttachedPoliciesPerGroupQuota: attachedPoliciesMax,
      AttachedPoliciesPerRoleQuota: attachedPoliciesMax,
      GroupsPerUserQuota: groupsPerUserMax,
      AccessKeysPerUserQuota: accessKeysPerUserMax,
      AccountAccessKeysPresent: rootKeys.length > 0 ? 1 : 0,
      AccountMFAEnabled: 0,
      AccountPasswordPresent: 0,
      AccountSigningCertificatesPresent: 0,
      MFADevices: 0,
      MFADevicesInUse: 0,
      ServerCertificates: 0,
      GlobalEndpointTokenVersion: 1,
    }
    return { SummaryMap: summary }
  }
}
