import type { CreateSAMLProviderRequest, CreateSAMLProviderResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { newUuid } from '../../../../kernel/ids.ts'
import { countEntities, findEntity, insertEntity } from '../../entity-tables.ts'
import { alreadyExists, quotaExceeded } from '../../errors.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { samlProvidersPerAccountMax } from '../../limits.ts'
import { accountArn, required } from '../../names.ts'
import { refuseSamlEncryption, validUntilOf } from '../../providers.ts'
import type { SamlProviderRecord } from '../../state.ts'
import type { IamTables } from '../../tables.ts'
import { newTags } from '../../tagging.ts'

export function CreateSAMLProvider(
  deps: IamDeps,
): Operation<CreateSAMLProviderRequest, CreateSAMLProviderResponse> {
  return async (input, context) => {
    const name = required(input.Name, 'name')
    const metadata = required(input.SAMLMetadataDocument, 'sAMLMetadataDocument')
    refuseSamlEncryption(input)
    const createdMs = deps.clock.nowMs()
    const kind = 'saml-provider'
    const provider: SamlProviderRecord = {
      kind,
      account: context.account,
      name,
      path: '/',
      arn: accountArn(context, `saml-provider/${name}`),
      createdMs,
      uuid: newUuid().replaceAll('-', '').toUpperCase(),
      validUntilMs: validUntilOf(metadata, createdMs),
      tags: newTags(kind, input.Tags),
    }
    await deps.store.transaction<IamTables, void>('IAM:CREATE_SAML_PROVIDER', async (db) => {
      if (await findEntity(db, kind, provider.account, name)) throw alreadyExists(kind, name)
      if ((await countEntities(db, kind, provider.account)) >= samlProvidersPerAccountMax) {
        throw quotaExceeded('SAMLProvidersPerAccount', samlProvidersPerAccountMax)
      }
      await insertEntity(db, provider, metadata)
    })
    const { arn, tags } = provider
    return { SAMLProviderArn: arn, ...(tags.length === 0 ? {} : { Tags: [...tags] }) }
  }
}
