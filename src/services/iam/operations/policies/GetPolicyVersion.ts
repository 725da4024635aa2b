import type { GetPolicyVersionRequest, GetPolicyVersionResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { requirePolicy, requireVersion } from '../../lookups.ts'
import { required } from '../../names.ts'
import { encodeDocument, policyVersion } from '../../shapes.ts'
import type { IamTables } from '../../tables.ts'

export function GetPolicyVersion(
  deps: IamDeps,
): Operation<GetPolicyVersionRequest, GetPolicyVersionResponse> {
  return async (input, context) => {
    const db = deps.store.reader<IamTables>()
    const policy = await requirePolicy(db, context, required(input.PolicyArn, 'policyArn'))
    const version = await requireVersion(db, policy, required(input.VersionId, 'versionId'))
    const Document = encodeDocument(version.document)
    return { PolicyVersion: { Document, ...policyVersion(policy, version) } }
  }
}
