import type { ListServerCertificatesResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'

/** There are none here. */
export function ListServerCertificates(): Operation<unknown, ListServerCertificatesResponse> {
  return () => ({ ServerCertificateMetadataList: [], IsTruncated: false })
}
