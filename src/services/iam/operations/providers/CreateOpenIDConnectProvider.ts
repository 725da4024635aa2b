import type {
  CreateOpenIDConnectProviderRequest,
  CreateOpenIDConnectProviderResponse,
} from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { countEntities, findEntity, insertEntity } from '../../entity-tables.ts'
import { alreadyExists, quotaExceeded } from '../../errors.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { oidcProvidersPerAccountMax } from '../../limits.ts'
import { accountArn, required } from '../../names.ts'
import { checkClientIds, checkThumbprints, oidcNameOf } from '../../providers.ts'
import type { OidcProviderRecord } from '../../state.ts'
import type { IamTables } from '../../tables.ts'
import { newTags } from '../../tagging.ts'

/** Nobody is asked at the URL: without thumbprints there are none, where AWS fetches the provider's own. */
export function CreateOpenIDConnectProvider(
  deps: IamDeps,
): Operation<CreateOpenIDConnectProviderRequest, CreateOpenIDConnectProviderResponse> {
  return async (input, context) => {
    const name = oidcNameOf(required(input.Url, 'url'))
    const kind = 'oidc-provider'
    const provider: OidcProviderRecord = {
      kind,
      account: context.account,
      name,
      path: '/',
      arn: accountArn(context, `oidc-provider/${name}`),
      createdMs: deps.clock.nowMs(),
      clientIds: checkClientIds(input.ClientIDList ?? []),
      thumbprints: checkThumbprints(input.ThumbprintList ?? []),
      tags: newTags(kind, input.Tags),
    }
    await deps.store.transaction<IamTables, void>('IAM:CREATE_OIDC_PROVIDER', async (db) => {
      if (await findEntity(db, kind, provider.account, name)) throw alreadyExists(kind, name)
      if ((await countEntities(db, kind, provider.account)) >= oidcProvidersPerAccountMax) {
        throw quotaExceeded('OpenIdConnectProvidersPerAccount', oidcProvidersPerAccountMax)
      }
      await insertEntity(db, provider)
    })
    const { arn, tags } = provider
    return { OpenIDConnectProviderArn: arn, ...(tags.length === 0 ? {} : { Tags: [...tags] }) }
  }
}
