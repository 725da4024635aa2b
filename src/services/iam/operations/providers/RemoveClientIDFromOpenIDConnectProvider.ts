import type { RemoveClientIDFromOpenIDConnectProviderRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { changeEntity } from '../../change-entity.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { byArn } from '../../lookups.ts'
import { required } from '../../names.ts'

/** Also one that is not there (API reference). */
export function RemoveClientIDFromOpenIDConnectProvider(
  deps: IamDeps,
): Operation<RemoveClientIDFromOpenIDConnectProviderRequest, Nothing> {
  return async (input, context) => {
    const id = required(input.ClientID, 'clientID')
    const find = byArn('oidc-provider', context, input.OpenIDConnectProviderArn)
    await changeEntity(deps, 'IAM:REMOVE_OIDC_CLIENT', find, (provider) => ({
      ...provider,
      clientIds: provider.clientIds.filter((each) => each !== id),
    }))
    return {}
  }
}
