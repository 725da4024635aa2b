import type { ListRoleTagsRequest, ListRoleTagsResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { byName } from '../../lookups.ts'
import { listEntityTags } from '../../tagging.ts'

export function ListRoleTags(deps: IamDeps): Operation<ListRoleTagsRequest, ListRoleTagsResponse> {
  return (input, context) => listEntityTags(deps, byName('role', context, input.RoleName), input)
}
