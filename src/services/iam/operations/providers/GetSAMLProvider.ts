import type { GetSAMLProviderRequest, GetSAMLProviderResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { findDocument } from '../../entity-tables.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { byArn } from '../../lookups.ts'
import { timestamp } from '../../shapes.ts'
import type { IamTables } from '../../tables.ts'

export function GetSAMLProvider(
  deps: IamDeps,
): Operation<GetSAMLProviderRequest, GetSAMLProviderResponse> {
  return async (input, context) => {
    const db = deps.store.reader<IamTables>()
    const provider = await byArn('saml-provider', context, input.SAMLProviderArn)(db)
    return {
      SAMLProviderUUID: provider.uuid,
      SAMLMetadataDocument: await findDocument(db, provider),
      CreateDate: timestamp(provider.createdMs),
      ValidUntil: timestamp(provider.validUntilMs),
      Tags: [...provider.tags],
    }
  }
}
