/**
 * STS: who the caller is. Temporary credentials come with IAM's evaluation.
 * Front door: the operation table. It keeps nothing and needs nothing.
 */
import type { STS } from '@aws-sdk/client-sts'
import { type OperationTable, type Service, notYet } from '../../kernel/operation.ts'
import { GetCallerIdentity } from './operations/GetCallerIdentity.ts'

export function createStsService(): Service {
  const operations = {
    GetCallerIdentity: GetCallerIdentity(),

    AssumeRole: notYet,
    AssumeRoleWithSAML: notYet,
    AssumeRoleWithWebIdentity: notYet,
    AssumeRoot: notYet,
    DecodeAuthorizationMessage: notYet,
    GetAccessKeyInfo: notYet,
    GetDelegatedAccessToken: notYet,
    GetFederationToken: notYet,
    GetSessionToken: notYet,
    GetWebIdentityToken: notYet,
  } satisfies OperationTable<STS>
  return { model: 'sts', operations }
}
