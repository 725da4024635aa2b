import type { UpdateOpenIDConnectProviderThumbprintRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { changeEntity } from '../../change-entity.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { byArn } from '../../lookups.ts'
import { checkThumbprints } from '../../providers.ts'

/** The new list takes the place of the old. */
export function UpdateOpenIDConnectProviderThumbprint(
  deps: IamDeps,
): Operation<UpdateOpenIDConnectProviderThumbprintRequest, Nothing> {
  return async (input, context) => {
    const thumbprints = checkThumbprints(input.ThumbprintList ?? [])
    const find = byArn('oidc-provider', context, input.OpenIDConnectProviderArn)
    await changeEntity(deps, 'IAM:UPDATE_OIDC_THUMBPRINT', find, (provider) => ({
      ...provider,
      thumbprints,
    }))
    return {}
  }
}
