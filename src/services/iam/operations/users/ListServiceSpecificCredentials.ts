import type {
  ListServiceSpecificCredentialsRequest,
  ListServiceSpecificCredentialsResponse,
} from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { requireCaller } from '../../callers.ts'
import type { IamDeps } from '../../iam-deps.ts'

/** Nobody has credentials for a single service here; who deletes a user looks for them first. */
export function ListServiceSpecificCredentials(
  deps: IamDeps,
): Operation<ListServiceSpecificCredentialsRequest, ListServiceSpecificCredentialsResponse> {
  return async (input, context) => {
    if (input.AllUsers !== true) await requireCaller(deps, context, input.UserName)
    return { ServiceSpecificCredentials: [], IsTruncated: false }
  }
}
