import type { ListMFADevicesRequest, ListMFADevicesResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { requireCaller } from '../../callers.ts'
import type { IamDeps } from '../../iam-deps.ts'

/** Nobody has MFA devices here; who deletes a user looks for them first. */
export function ListMFADevices(
  deps: IamDeps,
): Operation<ListMFADevicesRequest, ListMFADevicesResponse> {
  return async (input, context) => {
    await requireCaller(deps, context, input.UserName)
    return { MFADevices: [], IsTruncated: false }
  }
}
