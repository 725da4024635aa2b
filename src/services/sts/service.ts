/**
 * STS: who the caller is, and credentials for a while. The operation table; the keys themselves are access's.
 * Loaded by index.ts. Read next: README.md, operations/AssumeRole.ts.
 */
import type { STS } from '@aws-sdk/client-sts'
import { type OperationTable, type Service, notYet } from '../../kernel/operation.ts'
import { AssumeRole } from './operations/AssumeRole.ts'
import { DecodeAuthorizationMessage } from './operations/DecodeAuthorizationMessage.ts'
import { GetAccessKeyInfo } from './operations/GetAccessKeyInfo.ts'
import { GetCallerIdentity } from './operations/GetCallerIdentity.ts'
import { GetFederationToken } from './operations/GetFederationToken.ts'
import { GetSessionToken } from './operations/GetSessionToken.ts'
import type { StsDeps } from './sts-deps.ts'

export function createStsService(deps: StsDeps): Service {
  const operations = {
    AssumeRole: AssumeRole(deps),
    DecodeAuthorizationMessage: DecodeAuthorizationMessage(),
    GetAccessKeyInfo: GetAccessKeyInfo(deps),
    GetCallerIdentity: GetCallerIdentity(),
    GetFederationToken: GetFederationToken(deps),
    GetSessionToken: GetSessionToken(deps),

    AssumeRoleWithSAML: notYet,
    AssumeRoleWithWebIdentity: notYet,
    AssumeRoot: notYet,
    GetDelegatedAccessToken: notYet,
    GetWebIdentityToken: notYet,
  } satisfies OperationTable<STS>
  return { model: 'sts', operations }
}
