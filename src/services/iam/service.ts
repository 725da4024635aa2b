/**
 * IAM's control plane: who and what there is in an account, and the policies about it, stored and given back. What
 * is evaluated is who may assume a role, see roles.ts.
 * The operation table. Loaded by index.ts, with every operation. Read next: README.md, state.ts, tables.ts.
 */
import type { IAM } from '@aws-sdk/client-iam'
import { type OperationTable, type Service, notYet } from '../../kernel/operation.ts'
import type { IamDeps } from './iam-deps.ts'
import { CreateAccessKey } from './operations/access-keys/CreateAccessKey.ts'
import { DeleteAccessKey } from './operations/access-keys/DeleteAccessKey.ts'
import { GetAccessKeyLastUsed } from './operations/access-keys/GetAccessKeyLastUsed.ts'
import { ListAccessKeys } from './operations/access-keys/ListAccessKeys.ts'
import { UpdateAccessKey } from './operations/access-keys/UpdateAccessKey.ts'
import { CreateAccountAlias } from './operations/account/CreateAccountAlias.ts'
import { DeleteAccountAlias } from './operations/account/DeleteAccountAlias.ts'
import { DeleteAccountPasswordPolicy } from './operations/account/DeleteAccountPasswordPolicy.ts'
import { GetAccountAuthorizationDetails } from './operations/account/GetAccountAuthorizationDetails.ts'
import { GetAccountPasswordPolicy } from './operations/account/GetAccountPasswordPolicy.ts'
import { GetAccountSummary } from './operations/account/GetAccountSummary.ts'
import { ListAccountAliases } from './operations/account/ListAccountAliases.ts'
import { ListServerCertificates } from './operations/account/ListServerCertificates.ts'
import { UpdateAccountPasswordPolicy } from './operations/account/UpdateAccountPasswordPolicy.ts'
import { AddUserToGroup } from './operations/groups/AddUserToGroup.ts'
import { AttachGroupPolicy } from './operations/groups/AttachGroupPolicy.ts'
import { CreateGroup } from './operations/groups/CreateGroup.ts'
import { DeleteGroup } from './operations/groups/DeleteGroup.ts'
import { DeleteGroupPolicy } from './operations/groups/DeleteGroupPolicy.ts'
import { DetachGroupPolicy } from './operations/groups/DetachGroupPolicy.ts'
import { GetGroup } from './operations/groups/GetGroup.ts'
import { GetGroupPolicy } from './operations/groups/GetGroupPolicy.ts'
import { ListAttachedGroupPolicies } from './operations/groups/ListAttachedGroupPolicies.ts'
import { ListGroupPolicies } from './operations/groups/ListGroupPolicies.ts'
import { ListGroups } from './operations/groups/ListGroups.ts'
import { ListGroupsForUser } from './operations/groups/ListGroupsForUser.ts'
import { PutGroupPolicy } from './operations/groups/PutGroupPolicy.ts'
import { RemoveUserFromGroup } from './operations/groups/RemoveUserFromGroup.ts'
import { UpdateGroup } from './operations/groups/UpdateGroup.ts'
import { AddRoleToInstanceProfile } from './operations/instance-profiles/AddRoleToInstanceProfile.ts'
import { CreateInstanceProfile } from './operations/instance-profiles/CreateInstanceProfile.ts'
import { DeleteInstanceProfile } from './operations/instance-profiles/DeleteInstanceProfile.ts'
import { GetInstanceProfile } from './operations/instance-profiles/GetInstanceProfile.ts'
import { ListInstanceProfileTags } from './operations/instance-profiles/ListInstanceProfileTags.ts'
import { ListInstanceProfiles } from './operations/instance-profiles/ListInstanceProfiles.ts'
import { ListInstanceProfilesForRole } from './operations/instance-profiles/ListInstanceProfilesForRole.ts'
import { RemoveRoleFromInstanceProfile } from './operations/instance-profiles/RemoveRoleFromInstanceProfile.ts'
import { TagInstanceProfile } from './operations/instance-profiles/TagInstanceProfile.ts'
import { UntagInstanceProfile } from './operations/instance-profiles/UntagInstanceProfile.ts'
import { CreatePolicy } from './operations/policies/CreatePolicy.ts'
import { CreatePolicyVersion } from './operations/policies/CreatePolicyVersion.ts'
import { DeletePolicy } from './operations/policies/DeletePolicy.ts'
import { DeletePolicyVersion } from './operations/policies/DeletePolicyVersion.ts'
import { GetPolicy } from './operations/policies/GetPolicy.ts'
import { GetPolicyVersion } from './operations/policies/GetPolicyVersion.ts'
import { ListEntitiesForPolicy } from './operations/policies/ListEntitiesForPolicy.ts'
import { ListPolicies } from './operations/policies/ListPolicies.ts'
import { ListPolicyTags } from './operations/policies/ListPolicyTags.ts'
import { ListPolicyVersions } from './operations/policies/ListPolicyVersions.ts'
import { SetDefaultPolicyVersion } from './operations/policies/SetDefaultPolicyVersion.ts'
import { TagPolicy } from './operations/policies/TagPolicy.ts'
import { UntagPolicy } from './operations/policies/UntagPolicy.ts'
import { AddClientIDToOpenIDConnectProvider } from './operations/providers/AddClientIDToOpenIDConnectProvider.ts'
import { CreateOpenIDConnectProvider } from './operations/providers/CreateOpenIDConnectProvider.ts'
import { CreateSAMLProvider } from './operations/providers/CreateSAMLProvider.ts'
import { DeleteOpenIDConnectProvider } from './operations/providers/DeleteOpenIDConnectProvider.ts'
import { DeleteSAMLProvider } from './operations/providers/DeleteSAMLProvider.ts'
import { GetOpenIDConnectProvider } from './operations/providers/GetOpenIDConnectProvider.ts'
import { GetSAMLProvider } from './operations/providers/GetSAMLProvider.ts'
import { ListOpenIDConnectProviderTags } from './operations/providers/ListOpenIDConnectProviderTags.ts'
import { ListOpenIDConnectProviders } from './operations/providers/ListOpenIDConnectProviders.ts'
import { ListSAMLProviderTags } from './operations/providers/ListSAMLProviderTags.ts'
import { ListSAMLProviders } from './operations/providers/ListSAMLProviders.ts'
import { RemoveClientIDFromOpenIDConnectProvider } from './operations/providers/RemoveClientIDFromOpenIDConnectProvider.ts'
import { TagOpenIDConnectProvider } from './operations/providers/TagOpenIDConnectProvider.ts'
import { TagSAMLProvider } from './operations/providers/TagSAMLProvider.ts'
import { UntagOpenIDConnectProvider } from './operations/providers/UntagOpenIDConnectProvider.ts'
import { UntagSAMLProvider } from './operations/providers/UntagSAMLProvider.ts'
import { UpdateOpenIDConnectProviderThumbprint } from './operations/providers/UpdateOpenIDConnectProviderThumbprint.ts'
import { UpdateSAMLProvider } from './operations/providers/UpdateSAMLProvider.ts'
import { AttachRolePolicy } from './operations/roles/AttachRolePolicy.ts'
import { CreateRole } from './operations/roles/CreateRole.ts'
import { DeleteRole } from './operations/roles/DeleteRole.ts'
import { DeleteRolePermissionsBoundary } from './operations/roles/DeleteRolePermissionsBoundary.ts'
import { DeleteRolePolicy } from './operations/roles/DeleteRolePolicy.ts'
import { DetachRolePolicy } from './operations/roles/DetachRolePolicy.ts'
import { GetRole } from './operations/roles/GetRole.ts'
import { GetRolePolicy } from './operations/roles/GetRolePolicy.ts'
import { ListAttachedRolePolicies } from './operations/roles/ListAttachedRolePolicies.ts'
import { ListRolePolicies } from './operations/roles/ListRolePolicies.ts'
import { ListRoleTags } from './operations/roles/ListRoleTags.ts'
import { ListRoles } from './operations/roles/ListRoles.ts'
import { PutRolePermissionsBoundary } from './operations/roles/PutRolePermissionsBoundary.ts'
import { PutRolePolicy } from './operations/roles/PutRolePolicy.ts'
import { TagRole } from './operations/roles/TagRole.ts'
import { UntagRole } from './operations/roles/UntagRole.ts'
import { UpdateAssumeRolePolicy } from './operations/roles/UpdateAssumeRolePolicy.ts'
import { UpdateRole } from './operations/roles/UpdateRole.ts'
import { UpdateRoleDescription } from './operations/roles/UpdateRoleDescription.ts'
import { CreateServiceLinkedRole } from './operations/service-linked-roles/CreateServiceLinkedRole.ts'
import { DeleteServiceLinkedRole } from './operations/service-linked-roles/DeleteServiceLinkedRole.ts'
import { GetServiceLinkedRoleDeletionStatus } from './operations/service-linked-roles/GetServiceLinkedRoleDeletionStatus.ts'
import { AttachUserPolicy } from './operations/users/AttachUserPolicy.ts'
import { CreateUser } from './operations/users/CreateUser.ts'
import { DeleteLoginProfile } from './operations/users/DeleteLoginProfile.ts'
import { DeleteUser } from './operations/users/DeleteUser.ts'
import { DeleteUserPermissionsBoundary } from './operations/users/DeleteUserPermissionsBoundary.ts'
import { DeleteUserPolicy } from './operations/users/DeleteUserPolicy.ts'
import { DetachUserPolicy } from './operations/users/DetachUserPolicy.ts'
import { GetLoginProfile } from './operations/users/GetLoginProfile.ts'
import { GetUser } from './operations/users/GetUser.ts'
import { GetUserPolicy } from './operations/users/GetUserPolicy.ts'
import { ListAttachedUserPolicies } from './operations/users/ListAttachedUserPolicies.ts'
import { ListMFADevices } from './operations/users/ListMFADevices.ts'
import { ListSSHPublicKeys } from './operations/users/ListSSHPublicKeys.ts'
import { ListServiceSpecificCredentials } from './operations/users/ListServiceSpecificCredentials.ts'
import { ListSigningCertificates } from './operations/users/ListSigningCertificates.ts'
import { ListUserPolicies } from './operations/users/ListUserPolicies.ts'
import { ListUserTags } from './operations/users/ListUserTags.ts'
import { ListUsers } from './operations/users/ListUsers.ts'
import { ListVirtualMFADevices } from './operations/users/ListVirtualMFADevices.ts'
import { PutUserPermissionsBoundary } from './operations/users/PutUserPermissionsBoundary.ts'
import { PutUserPolicy } from './operations/users/PutUserPolicy.ts'
import { TagUser } from './operations/users/TagUser.ts'
import { UntagUser } from './operations/users/UntagUser.ts'
import { UpdateUser } from './operations/users/UpdateUser.ts'

export function createIamService(deps: IamDeps): Service {
  const operations = {
    AddClientIDToOpenIDConnectProvider: AddClientIDToOpenIDConnectProvider(deps),
    AddRoleToInstanceProfile: AddRoleToInstanceProfile(deps),
    AddUserToGroup: AddUserToGroup(deps),
    AttachGroupPolicy: AttachGroupPolicy(deps),
    AttachRolePolicy: AttachRolePolicy(deps),
    AttachUserPolicy: AttachUserPolicy(deps),
    CreateAccessKey: CreateAccessKey(deps),
    CreateAccountAlias: CreateAccountAlias(deps),
    CreateGroup: CreateGroup(deps),
    CreateInstanceProfile: CreateInstanceProfile(deps),
    CreateOpenIDConnectProvider: CreateOpenIDConnectProvider(deps),
    CreatePolicy: CreatePolicy(deps),
    CreatePolicyVersion: CreatePolicyVersion(deps),
    CreateRole: CreateRole(deps),
    CreateSAMLProvider: CreateSAMLProvider(deps),
    CreateServiceLinkedRole: CreateServiceLinkedRole(deps),
    CreateUser: CreateUser(deps),
    DeleteAccessKey: DeleteAccessKey(deps),
    DeleteAccountAlias: DeleteAccountAlias(deps),
    DeleteAccountPasswordPolicy: DeleteAccountPasswordPolicy(deps),
    DeleteGroup: DeleteGroup(deps),
    DeleteGroupPolicy: DeleteGroupPolicy(deps),
    DeleteInstanceProfile: DeleteInstanceProfile(deps),
    DeleteLoginProfile: DeleteLoginProfile(deps),
    DeleteOpenIDConnectProvider: DeleteOpenIDConnectProvider(deps),
    DeletePolicy: DeletePolicy(deps),
    DeletePolicyVersion: DeletePolicyVersion(deps),
    DeleteRole: DeleteRole(deps),
    DeleteRolePermissionsBoundary: DeleteRolePermissionsBoundary(deps),
    DeleteRolePolicy: DeleteRolePolicy(deps),
    DeleteSAMLProvider: DeleteSAMLProvider(deps),
    DeleteServiceLinkedRole: DeleteServiceLinkedRole(deps),
    DeleteUser: DeleteUser(deps),
    DeleteUserPermissionsBoundary: DeleteUserPermissionsBoundary(deps),
    DeleteUserPolicy: DeleteUserPolicy(deps),
    DetachGroupPolicy: DetachGroupPolicy(deps),
    DetachRolePolicy: DetachRolePolicy(deps),
    DetachUserPolicy: DetachUserPolicy(deps),
    GetAccessKeyLastUsed: GetAccessKeyLastUsed(deps),
    GetAccountAuthorizationDetails: GetAccountAuthorizationDetails(deps),
    GetAccountPasswordPolicy: GetAccountPasswordPolicy(deps),
    GetAccountSummary: GetAccountSummary(deps),
    GetGroup: GetGroup(deps),
    GetGroupPolicy: GetGroupPolicy(deps),
    GetInstanceProfile: GetInstanceProfile(deps),
    GetLoginProfile: GetLoginProfile(deps),
    GetOpenIDConnectProvider: GetOpenIDConnectProvider(deps),
    GetPolicy: GetPolicy(deps),
    GetPolicyVersion: GetPolicyVersion(deps),
    GetRole: GetRole(deps),
    GetRolePolicy: GetRolePolicy(deps),
    GetSAMLProvider: GetSAMLProvider(deps),
    GetServiceLinkedRoleDeletionStatus: GetServiceLinkedRoleDeletionStatus(deps),
    GetUser: GetUser(deps),
    GetUserPolicy: GetUserPolicy(deps),
    ListAccessKeys: ListAccessKeys(deps),
    ListAccountAliases: ListAccountAliases(deps),
    ListAttachedGroupPolicies: ListAttachedGroupPolicies(deps),
    ListAttachedRolePolicies: ListAttachedRolePolicies(deps),
    ListAttachedUserPolicies: ListAttachedUserPolicies(deps),
    ListEntitiesForPolicy: ListEntitiesForPolicy(deps),
    ListGroupPolicies: ListGroupPolicies(deps),
    ListGroups: ListGroups(deps),
    ListGroupsForUser: ListGroupsForUser(deps),
    ListInstanceProfileTags: ListInstanceProfileTags(deps),
    ListInstanceProfiles: ListInstanceProfiles(deps),
    ListInstanceProfilesForRole: ListInstanceProfilesForRole(deps),
    ListMFADevices: ListMFADevices(deps),
    ListOpenIDConnectProviderTags: ListOpenIDConnectProviderTags(deps),
    ListOpenIDConnectProviders: ListOpenIDConnectProviders(deps),
    ListPolicies: ListPolicies(deps),
    ListPolicyTags: ListPolicyTags(deps),
    ListPolicyVersions: ListPolicyVersions(deps),
    ListRolePolicies: ListRolePolicies(deps),
    ListRoleTags: ListRoleTags(deps),
    ListRoles: ListRoles(deps),
    ListSAMLProviderTags: ListSAMLProviderTags(deps),
    ListSAMLProviders: ListSAMLProviders(deps),
    ListSSHPublicKeys: ListSSHPublicKeys(deps),
    ListServerCertificates: ListServerCertificates(),
    ListServiceSpecificCredentials: ListServiceSpecificCredentials(deps),
    ListSigningCertificates: ListSigningCertificates(deps),
    ListUserPolicies: ListUserPolicies(deps),
    ListUserTags: ListUserTags(deps),
    ListUsers: ListUsers(deps),
    ListVirtualMFADevices: ListVirtualMFADevices(),
    PutGroupPolicy: PutGroupPolicy(deps),
    PutRolePermissionsBoundary: PutRolePermissionsBoundary(deps),
    PutRolePolicy: PutRolePolicy(deps),
    PutUserPermissionsBoundary: PutUserPermissionsBoundary(deps),
    PutUserPolicy: PutUserPolicy(deps),
    RemoveClientIDFromOpenIDConnectProvider: RemoveClientIDFromOpenIDConnectProvider(deps),
    RemoveRoleFromInstanceProfile: RemoveRoleFromInstanceProfile(deps),
    RemoveUserFromGroup: RemoveUserFromGroup(deps),
    SetDefaultPolicyVersion: SetDefaultPolicyVersion(deps),
    TagInstanceProfile: TagInstanceProfile(deps),
    TagOpenIDConnectProvider: TagOpenIDConnectProvider(deps),
    TagPolicy: TagPolicy(deps),
    TagRole: TagRole(deps),
    TagSAMLProvider: TagSAMLProvider(deps),
    TagUser: TagUser(deps),
    UntagInstanceProfile: UntagInstanceProfile(deps),
    UntagOpenIDConnectProvider: UntagOpenIDConnectProvider(deps),
    UntagPolicy: UntagPolicy(deps),
    UntagRole: UntagRole(deps),
    UntagSAMLProvider: UntagSAMLProvider(deps),
    UntagUser: UntagUser(deps),
    UpdateAccessKey: UpdateAccessKey(deps),
    UpdateAccountPasswordPolicy: UpdateAccountPasswordPolicy(deps),
    UpdateAssumeRolePolicy: UpdateAssumeRolePolicy(deps),
    UpdateGroup: UpdateGroup(deps),
    UpdateOpenIDConnectProviderThumbprint: UpdateOpenIDConnectProviderThumbprint(deps),
    UpdateRole: UpdateRole(deps),
    UpdateRoleDescription: UpdateRoleDescription(deps),
    UpdateSAMLProvider: UpdateSAMLProvider(deps),
    UpdateUser: UpdateUser(deps),

    AcceptDelegationRequest: notYet,
    AcquireRole: notYet,
    AssociateDelegationRequest: notYet,
    ChangePassword: notYet,
    CreateDelegationRequest: notYet,
    CreateLoginProfile: notYet,
    CreateServiceSpecificCredential: notYet,
    CreateVirtualMFADevice: notYet,
    DeactivateMFADevice: notYet,
    DeleteSSHPublicKey: notYet,
    DeleteServerCertificate: notYet,
    DeleteServiceSpecificCredential: notYet,
    DeleteSigningCertificate: notYet,
    DeleteVirtualMFADevice: notYet,
    DisableOrganizationsRootCredentialsManagement: notYet,
    DisableOrganizationsRootSessions: notYet,
    DisableOutboundWebIdentityFederation: notYet,
    EnableMFADevice: notYet,
    EnableOrganizationsRootCredentialsManagement: notYet,
    EnableOrganizationsRootSessions: notYet,
    EnableOutboundWebIdentityFederation: notYet,
    GenerateCredentialReport: notYet,
    GenerateOrganizationsAccessReport: notYet,
    GenerateServiceLastAccessedDetails: notYet,
    GetAccountProperties: notYet,
    GetContextKeysForCustomPolicy: notYet,
    GetContextKeysForPrincipalPolicy: notYet,
    GetCredentialReport: notYet,
    GetDelegationRequest: notYet,
    GetHumanReadableSummary: notYet,
    GetMFADevice: notYet,
    GetOrganizationsAccessReport: notYet,
    GetOutboundWebIdentityFederationInfo: notYet,
    GetRoleTemplateVersion: notYet,
    GetSSHPublicKey: notYet,
    GetServerCertificate: notYet,
    GetServiceLastAccessedDetails: notYet,
    GetServiceLastAccessedDetailsWithEntities: notYet,
    ListDelegationRequests: notYet,
    ListMFADeviceTags: notYet,
    ListOrganizationsFeatures: notYet,
    ListPoliciesGrantingServiceAccess: notYet,
    ListServerCertificateTags: notYet,
    PutAccountProperties: notYet,
    RejectDelegationRequest: notYet,
    ResetServiceSpecificCredential: notYet,
    ResyncMFADevice: notYet,
    SendDelegationToken: notYet,
    SetSecurityTokenServicePreferences: notYet,
    SimulateCustomPolicy: notYet,
    SimulatePrincipalPolicy: notYet,
    TagMFADevice: notYet,
    TagServerCertificate: notYet,
    UntagMFADevice: notYet,
    UntagServerCertificate: notYet,
    UpdateDelegationRequest: notYet,
    UpdateLoginProfile: notYet,
    UpdateSSHPublicKey: notYet,
    UpdateServerCertificate: notYet,
    UpdateServiceSpecificCredential: notYet,
    UpdateSigningCertificate: notYet,
    UploadSSHPublicKey: notYet,
    UploadServerCertificate: notYet,
    UploadSigningCertificate: notYet,
  } satisfies OperationTable<IAM>
  return { model: 'iam', operations }
}
