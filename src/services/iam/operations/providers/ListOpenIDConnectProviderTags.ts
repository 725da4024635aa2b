import type {
  ListOpenIDConnectProviderTagsRequest,
  ListOpenIDConnectProviderTagsResponse,
} from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { byArn } from '../../lookups.ts'
import { listEntityTags } from '../../tagging.ts'

export function ListOpenIDConnectProviderTags(
  deps: IamDeps,
): Operation<ListOpenIDConnectProviderTagsRequest, ListOpenIDConnectProviderTagsResponse> {
  return (input, context) =>
    listEntityTags(deps, byArn('oidc-provider', context, input.OpenIDConnectProviderArn), input)
}
