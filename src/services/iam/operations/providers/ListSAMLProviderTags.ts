import type { ListSAMLProviderTagsRequest, ListSAMLProviderTagsResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { byArn } from '../../lookups.ts'
import { listEntityTags } from '../../tagging.ts'

export function ListSAMLProviderTags(
  deps: IamDeps,
): Operation<ListSAMLProviderTagsRequest, ListSAMLProviderTagsResponse> {
  return (input, context) =>
    listEntityTags(deps, byArn('saml-provider', context, input.SAMLProviderArn), input)
}
