import type { AddClientIDToOpenIDConnectProviderRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { changeEntity } from '../../change-entity.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { byArn } from '../../lookups.ts'
import { required } from '../../names.ts'
import { checkClientIds } from '../../providers.ts'

/** Adding one that is there already succeeds (API reference). */
export function AddClientIDToOpenIDConnectProvider(
  deps: IamDeps,
): Operation<AddClientIDToOpenIDConnectProviderRequest, Nothing> {
  return async (input, context) => {
    const id = required(input.ClientID, 'clientID')
    const find = byArn('oidc-provider', context, input.OpenIDConnectProviderArn)
    await changeEntity(deps, 'IAM:ADD_OIDC_CLIENT', find, (provider) => ({
      ...provider,
      clientIds: checkClientIds([...provider.clientIds, id]),
    }))
    return {}
  }
}
