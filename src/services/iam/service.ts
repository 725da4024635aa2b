/**
 * IAM's control plane: roles and customer managed policies, stored and given back. Nothing is evaluated here.
 * The operation table. Loaded by index.ts, with every operation. Read next: README.md, state.ts, tables.ts.
 */
import type { IAM } from '@aws-sdk/client-iam'
import { type OperationTable, type Service, notYet } from '../../kernel/operation.ts'
import type { IamDeps } from './iam-deps.ts'
import { AttachRolePolicy } from './operations/AttachRolePolicy.ts'
import { CreatePolicy } from './operations/CreatePolicy.ts'
import { CreatePolicyVersion } from './operations/CreatePolicyVersion.ts'
import { CreateRole } from './operations/CreateRole.ts'
import { DeletePolicy } from './operations/DeletePolicy.ts'
import { DeletePolicyVersion } from './operations/DeletePolicyVersion.ts'
import { DeleteRole } from './operations/DeleteRole.ts'
import { DeleteRolePermissionsBoundary } from './operations/DeleteRolePermissionsBoundary.ts'
import { DeleteRolePolicy } from './operations/DeleteRolePolicy.ts'
import { DetachRolePolicy } from './operations/DetachRolePolicy.ts'
import { GetPolicy } from './operations/GetPolicy.ts'
import { GetPolicyVersion } from './operations/GetPolicyVersion.ts'
import { GetRole } from './operations/GetRole.ts'
import { GetRolePolicy } from './operations/GetRolePolicy.ts'
import { ListAttachedRolePolicies } from './operations/ListAttachedRolePolicies.ts'
import { ListInstanceProfilesForRole } from './operations/ListInstanceProfilesForRole.ts'
import { ListPolicies } from './operations/ListPolicies.ts'
import { ListPolicyTags } from './operations/ListPolicyTags.ts'
import { ListPolicyVersions } from './operations/ListPolicyVersions.ts'
import { ListRolePolicies } from './operations/ListRolePolicies.ts'
import { ListRoleTags } from './operations/ListRoleTags.ts'
import { ListRoles } from './operations/ListRoles.ts'
import { PutRolePermissionsBoundary } from './operations/PutRolePermissionsBoundary.ts'
import { PutRolePolicy } from './operations/PutRolePolicy.ts'
import { SetDefaultPolicyVersion } from './operations/SetDefaultPolicyVersion.ts'
import { TagPolicy } from './operations/TagPolicy.ts'
import { TagRole } from './operations/TagRole.ts'
import { UntagPolicy } from './operations/UntagPolicy.ts'
import { UntagRole } from './operations/UntagRole.ts'
import { UpdateAssumeRolePolicy } from './operations/UpdateAssumeRolePolicy.ts'
import { UpdateRole } from './operations/UpdateRole.ts'
import { UpdateRoleDescription } from './operations/UpdateRoleDescription.ts'

export function createIamService(deps: IamDeps): Service {
  const operations = {
    AttachRolePolicy: AttachRolePolicy(deps),
    CreatePolicy: CreatePolicy(deps),
    CreatePolicyVersion: CreatePolicyVersion(deps),
    CreateRole: CreateRole(deps),
    DeletePolicy: DeletePolicy(deps),
    DeletePolicyVersion: DeletePolicyVersion(deps),
    DeleteRole: DeleteRole(deps),
    DeleteRolePermissionsBoundary: DeleteRolePermissionsBoundary(deps),
    DeleteRolePolicy: DeleteRolePolicy(deps),
    DetachRolePolicy: DetachRolePolicy(deps),
    GetPolicy: GetPolicy(deps),
    GetPolicyVersion: GetPolicyVersion(deps),
    GetRole: GetRole(deps),
    GetRolePolicy: GetRolePolicy(deps),
    ListAttachedRolePolicies: ListAttachedRolePolicies(deps),
    ListInstanceProfilesForRole: ListInstanceProfilesForRole(deps),
    ListPolicies: ListPolicies(deps),
    ListPolicyTags: ListPolicyTags(deps),
    ListPolicyVersions: ListPolicyVersions(deps),
    ListRolePolicies: ListRolePolicies(deps),
    ListRoleTags: ListRoleTags(deps),
    ListRoles: ListRoles(deps),
    PutRolePermissionsBoundary: PutRolePermissionsBoundary(deps),
    PutRolePolicy: PutRolePolicy(deps),
    SetDefaultPolicyVersion: SetDefaultPolicyVersion(deps),
    TagPolicy: TagPolicy(deps),
    TagRole: TagRole(deps),
    UntagPolicy: UntagPolicy(deps),
    UntagRole: UntagRole(deps),
    UpdateAssumeRolePolicy: UpdateAssumeRolePolicy(deps),
    UpdateRole: UpdateRole(deps),
    UpdateRoleDescription: UpdateRoleDescription(deps),

    AcceptDelegationRequest: notYet,
    AcquireRole: notYet,
    AddClientIDToOpenIDConnectProvider: notYet,
    AddRoleToInstanceProfile: notYet,
    AddUserToGroup: notYet,
    AssociateDelegationRequest: notYet,
    AttachGroupPolicy: notYet,
    AttachUserPolicy: notYet,
    ChangePassword: notYet,
    CreateAccessKey: notYet,
    CreateAccountAlias: notYet,
    CreateDelegationRequest: notYet,
    CreateGroup: notYet,
    CreateInstanceProfile: notYet,
    CreateLoginProfile: notYet,
    CreateOpenIDConnectProvider: notYet,
    CreateSAMLProvider: notYet,
    CreateServiceLinkedRole: notYet,
    CreateServiceSpecificCredential: notYet,
    CreateUser: notYet,
    CreateVirtualMFADevice: notYet,
    DeactivateMFADevice: notYet,
    DeleteAccessKey: notYet,
    DeleteAccountAlias: notYet,
    DeleteAccountPasswordPolicy: notYet,
    DeleteGroup: notYet,
    DeleteGroupPolicy: notYet,
    DeleteInstanceProfile: notYet,
    DeleteLoginProfile: notYet,
    DeleteOpenIDConnectProvider: notYet,
    DeleteSAMLProvider: notYet,
    DeleteSSHPublicKey: notYet,
    DeleteServerCertificate: notYet,
    DeleteServiceLinkedRole: notYet,
    DeleteServiceSpecificCredential: notYet,
    DeleteSigningCertificate: notYet,
    DeleteUser: notYet,
    DeleteUserPermissionsBoundary: notYet,
    DeleteUserPolicy: notYet,
    DeleteVirtualMFADevice: notYet,
    DetachGroupPolicy: notYet,
    DetachUserPolicy: notYet,
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
    GetAccessKeyLastUsed: notYet,
    GetAccountAuthorizationDetails: notYet,
    GetAccountPasswordPolicy: notYet,
    GetAccountProperties: notYet,
    GetAccountSummary: notYet,
    GetContextKeysForCustomPolicy: notYet,
    GetContextKeysForPrincipalPolicy: notYet,
    GetCredentialReport: notYet,
    GetDelegationRequest: notYet,
    GetGroup: notYet,
    GetGroupPolicy: notYet,
    GetHumanReadableSummary: notYet,
    GetInstanceProfile: notYet,
    GetLoginProfile: notYet,
    GetMFADevice: notYet,
    GetOpenIDConnectProvider: notYet,
    GetOrganizationsAccessReport: notYet,
    GetOutboundWebIdentityFederationInfo: notYet,
    GetRoleTemplateVersion: notYet,
    GetSAMLProvider: notYet,
    GetSSHPublicKey: notYet,
    GetServerCertificate: notYet,
    GetServiceLastAccessedDetails: notYet,
    GetServiceLastAccessedDetailsWithEntities: notYet,
    GetServiceLinkedRoleDeletionStatus: notYet,
    GetUser: notYet,
    GetUserPolicy: notYet,
    ListAccessKeys: notYet,
    ListAccountAliases: notYet,
    ListAttachedGroupPolicies: notYet,
    ListAttachedUserPolicies: notYet,
    ListDelegationRequests: notYet,
    ListEntitiesForPolicy: notYet,
    ListGroupPolicies: notYet,
    ListGroups: notYet,
    ListGroupsForUser: notYet,
    ListInstanceProfileTags: notYet,
    ListInstanceProfiles: notYet,
    ListMFADeviceTags: notYet,
    ListMFADevices: notYet,
    ListOpenIDConnectProviderTags: notYet,
    ListOpenIDConnectProviders: notYet,
    ListOrganizationsFeatures: notYet,
    ListPoliciesGrantingServiceAccess: notYet,
    ListSAMLProviderTags: notYet,
    ListSAMLProviders: notYet,
    ListSSHPublicKeys: notYet,
    ListServerCertificateTags: notYet,
    ListServerCertificates: notYet,
    ListServiceSpecificCredentials: notYet,
    ListSigningCertificates: notYet,
    ListUserPolicies: notYet,
    ListUserTags: notYet,
    ListUsers: notYet,
    ListVirtualMFADevices: notYet,
    PutAccountProperties: notYet,
    PutGroupPolicy: notYet,
    PutUserPermissionsBoundary: notYet,
    PutUserPolicy: notYet,
    RejectDelegationRequest: notYet,
    RemoveClientIDFromOpenIDConnectProvider: notYet,
    RemoveRoleFromInstanceProfile: notYet,
    RemoveUserFromGroup: notYet,
    ResetServiceSpecificCredential: notYet,
    ResyncMFADevice: notYet,
    SendDelegationToken: notYet,
    SetSecurityTokenServicePreferences: notYet,
    SimulateCustomPolicy: notYet,
    SimulatePrincipalPolicy: notYet,
    TagInstanceProfile: notYet,
    TagMFADevice: notYet,
    TagOpenIDConnectProvider: notYet,
    TagSAMLProvider: notYet,
    TagServerCertificate: notYet,
    TagUser: notYet,
    UntagInstanceProfile: notYet,
    UntagMFADevice: notYet,
    UntagOpenIDConnectProvider: notYet,
    UntagSAMLProvider: notYet,
    UntagServerCertificate: notYet,
    UntagUser: notYet,
    UpdateAccessKey: notYet,
    UpdateAccountPasswordPolicy: notYet,
    UpdateDelegationRequest: notYet,
    UpdateGroup: notYet,
    UpdateLoginProfile: notYet,
    UpdateOpenIDConnectProviderThumbprint: notYet,
    UpdateSAMLProvider: notYet,
    UpdateSSHPublicKey: notYet,
    UpdateServerCertificate: notYet,
    UpdateServiceSpecificCredential: notYet,
    UpdateSigningCertificate: notYet,
    UpdateUser: notYet,
    UploadSSHPublicKey: notYet,
    UploadServerCertificate: notYet,
    UploadSigningCertificate: notYet,
  } satisfies OperationTable<IAM>
  return { model: 'iam', operations }
}
