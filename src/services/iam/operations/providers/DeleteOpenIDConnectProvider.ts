import type { DeleteOpenIDConnectProviderRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { deleteEntity, findEntity } from '../../entity-tables.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { providerNameOf } from '../../lookups.ts'
import type { IamTables } from '../../tables.ts'

/** Also one that is not there (API reference). */
export function DeleteOpenIDConnectProvider(
  deps: IamDeps,
): Operation<DeleteOpenIDConnectProviderRequest, Nothing> {
  return async (input, context) => {
    const name = providerNameOf('oidc-provider', input.OpenIDConnectProviderArn)
    await deps.store.transaction<IamTables, void>('IAM:DELETE_OIDC_PROVIDER', async (db) => {
      const provider = await findEntity(db, 'oidc-provider', context.account, name)
      if (provider && provider.arn === input.OpenIDConnectProviderArn)
        await deleteEntity(db, provider)
    })
    return {}
  }
}
