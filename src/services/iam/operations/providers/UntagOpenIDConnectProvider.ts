import type { UntagOpenIDConnectProviderRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { byArn } from '../../lookups.ts'
import { untagEntity } from '../../tagging.ts'

export function UntagOpenIDConnectProvider(
  deps: IamDeps,
): Operation<UntagOpenIDConnectProviderRequest, Nothing> {
  return async (input, context) => {
    const find = byArn('oidc-provider', context, input.OpenIDConnectProviderArn)
    await untagEntity(deps, find, input.TagKeys)
    return {}
  }
}
