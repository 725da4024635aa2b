import type { ListVirtualMFADevicesResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'

/** There are none here; who deletes a user looks for them first. */
export function ListVirtualMFADevices(): Operation<unknown, ListVirtualMFADevicesResponse> {
  return () => ({ VirtualMFADevices: [], IsTruncated: false })
}
