import type {
  ListOpenIDConnectProvidersRequest,
  ListOpenIDConnectProvidersResponse,
} from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { listEntities } from '../../entity-tables.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { oidcProvidersPerAccountMax } from '../../limits.ts'
import type { IamTables } from '../../tables.ts'

/** All of them: this list has no pages. */
export function ListOpenIDConnectProviders(
  deps: IamDeps,
): Operation<ListOpenIDConnectProvidersRequest, ListOpenIDConnectProvidersResponse> {
  return async (_input, context) => {
    const db = deps.store.reader<IamTables>()
    const max = oidcProvidersPerAccountMax
    const providers = await listEntities(db, 'oidc-provider', context.account, '/', '', max)
    return { OpenIDConnectProviderList: providers.map(({ arn }) => ({ Arn: arn })) }
  }
}
