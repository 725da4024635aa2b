import type {
  GetOpenIDConnectProviderRequest,
  GetOpenIDConnectProviderResponse,
} from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { byArn } from '../../lookups.ts'
import { timestamp } from '../../shapes.ts'
import type { IamTables } from '../../tables.ts'

/** The URL is given back without its scheme, as on AWS. */
export function GetOpenIDConnectProvider(
  deps: IamDeps,
): Operation<GetOpenIDConnectProviderRequest, GetOpenIDConnectProviderResponse> {
  return async (input, context) => {
    const find = byArn('oidc-provider', context, input.OpenIDConnectProviderArn)
    const provider = await find(deps.store.reader<IamTables>())
    return {
      Url: provider.name,
      ClientIDList: [...provider.clientIds],
      ThumbprintList: [...provider.thumbprints],
      CreateDate: timestamp(provider.createdMs),
      Tags: [...provider.tags],
    }
  }
}
