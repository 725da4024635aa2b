import type { ListSAMLProvidersRequest, ListSAMLProvidersResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { listEntities } from '../../entity-tables.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { samlProvidersPerAccountMax } from '../../limits.ts'
import { timestamp } from '../../shapes.ts'
import type { IamTables } from '../../tables.ts'

/** All of them: this list has no pages. */
export function ListSAMLProviders(
  deps: IamDeps,
): Operation<ListSAMLProvidersRequest, ListSAMLProvidersResponse> {
  return async (_input, context) => {
    const db = deps.store.reader<IamTables>()
    const max = samlProvidersPerAccountMax
    const providers = await listEntities(db, 'saml-provider', context.account, '/', '', max)
    const list = providers.map(({ arn, createdMs, validUntilMs }) => ({
      Arn: arn,
      ValidUntil: timestamp(validUntilMs),
      CreateDate: timestamp(createdMs),
    }))
    return { SAMLProviderList: list }
  }
}
