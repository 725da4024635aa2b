import type { TagOpenIDConnectProviderRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { byArn } from '../../lookups.ts'
import { tagEntity } from '../../tagging.ts'

export function TagOpenIDConnectProvider(
  deps: IamDeps,
): Operation<TagOpenIDConnectProviderRequest, Nothing> {
  return async (input, context) => {
    const find = byArn('oidc-provider', context, input.OpenIDConnectProviderArn)
    await tagEntity(deps, find, input.Tags)
    return {}
  }
}
