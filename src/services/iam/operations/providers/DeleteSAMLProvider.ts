import type { DeleteSAMLProviderRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { deleteEntity } from '../../entity-tables.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { byArn } from '../../lookups.ts'
import type { IamTables } from '../../tables.ts'

export function DeleteSAMLProvider(deps: IamDeps): Operation<DeleteSAMLProviderRequest, Nothing> {
  return async (input, context) => {
    const find = byArn('saml-provider', context, input.SAMLProviderArn)
    await deps.store.transaction<IamTables, void>('IAM:DELETE_SAML_PROVIDER', async (db) =>
      deleteEntity(db, await find(db)),
    )
    return {}
  }
}
