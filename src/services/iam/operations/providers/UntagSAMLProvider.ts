import type { UntagSAMLProviderRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { byArn } from '../../lookups.ts'
import { untagEntity } from '../../tagging.ts'

export function UntagSAMLProvider(deps: IamDeps): Operation<UntagSAMLProviderRequest, Nothing> {
  return async (input, context) => {
    const find = byArn('saml-provider', context, input.SAMLProviderArn)
    await untagEntity(deps, find, input.TagKeys)
    return {}
  }
}
