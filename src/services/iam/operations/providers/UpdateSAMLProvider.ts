import type { UpdateSAMLProviderRequest, UpdateSAMLProviderResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { changeEntity } from '../../change-entity.ts'
import { setDocument } from '../../entity-tables.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { byArn } from '../../lookups.ts'
import { refuseSamlEncryption, validUntilOf } from '../../providers.ts'

/** New metadata in the place of the old. */
export function UpdateSAMLProvider(
  deps: IamDeps,
): Operation<UpdateSAMLProviderRequest, UpdateSAMLProviderResponse> {
  return async (input, context) => {
    const { SAMLMetadataDocument: metadata } = input
    refuseSamlEncryption(input)
    const find = byArn('saml-provider', context, input.SAMLProviderArn)
    const nowMs = deps.clock.nowMs()
    const { arn } = await changeEntity(deps, 'IAM:UPDATE_SAML', find, async (provider, db) => {
      if (metadata === undefined) return provider
      const validUntilMs = validUntilOf(metadata, nowMs)
      await setDocument(db, provider, metadata)
      return { ...provider, validUntilMs }
    })
    return { SAMLProviderArn: arn }
  }
}
