import type {
  ListInstanceProfileTagsRequest,
  ListInstanceProfileTagsResponse,
} from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { byName } from '../../lookups.ts'
import { listEntityTags } from '../../tagging.ts'

export function ListInstanceProfileTags(
  deps: IamDeps,
): Operation<ListInstanceProfileTagsRequest, ListInstanceProfileTagsResponse> {
  return (input, context) =>
    listEntityTags(deps, byName('instance-profile', context, input.InstanceProfileName), input)
}
