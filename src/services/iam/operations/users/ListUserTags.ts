import type { ListUserTagsRequest, ListUserTagsResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { byName } from '../../lookups.ts'
import { listEntityTags } from '../../tagging.ts'

export function ListUserTags(deps: IamDeps): Operation<ListUserTagsRequest, ListUserTagsResponse> {
  return (input, context) => listEntityTags(deps, byName('user', context, input.UserName), input)
}
