import type { GetPolicyRequest, GetPolicyResponse } from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { findNamed } from '../find-named.ts'
import type { LambdaService } from '../lambda-service.ts'
import { notThere } from '../permissions/policy.ts'
import { findSetting } from '../settings/tables.ts'
import type { LambdaTables } from '../tables.ts'

export function GetPolicy(service: LambdaService): Operation<GetPolicyRequest, GetPolicyResponse> {
  return async (input, context) => {
    const { FunctionName, Qualifier } = input
    const { named } = await findNamed(service, FunctionName, Qualifier, context, 'GetPolicy')
    const policy = await findSetting(service.store.reader<LambdaTables>(), 'policy', {
      ...named.scope,
      functionName: named.name,
      qualifier: named.qualifier ?? '',
    })
    if (!policy) throw notThere('The resource you requested does not exist.')
    return { Policy: policy.document, RevisionId: policy.revisionId }
  }
}
