import type { TagSAMLProviderRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { byArn } from '../../lookups.ts'
import { tagEntity } from '../../tagging.ts'

export function TagSAMLProvider(deps: IamDeps): Operation<TagSAMLProviderRequest, Nothing> {
  return async (input, context) => {
    const find = byArn('saml-provider', context, input.SAMLProviderArn)
    await tagEntity(deps, find, input.Tags)
    return {}
  }
}
