import type { ListSSHPublicKeysRequest, ListSSHPublicKeysResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { requireCaller } from '../../callers.ts'
import type { IamDeps } from '../../iam-deps.ts'

/** Nobody has SSH keys here; who deletes a user looks for them first. */
export function ListSSHPublicKeys(
  deps: IamDeps,
): Operation<ListSSHPublicKeysRequest, ListSSHPublicKeysResponse> {
  return async (input, context) => {
    await requireCaller(deps, context, input.UserName)
    return { SSHPublicKeys: [], IsTruncated: false }
  }
}
