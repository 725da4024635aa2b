import type {
  ListSigningCertificatesRequest,
  ListSigningCertificatesResponse,
} from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { requireCaller } from '../../callers.ts'
import type { IamDeps } from '../../iam-deps.ts'

/** Nobody has signing certificates here; who deletes a user looks for them first. */
export function ListSigningCertificates(
  deps: IamDeps,
): Operation<ListSigningCertificatesRequest, ListSigningCertificatesResponse> {
  return async (input, context) => {
    await requireCaller(deps, context, input.UserName)
    return { Certificates: [], IsTruncated: false }
  }
}
