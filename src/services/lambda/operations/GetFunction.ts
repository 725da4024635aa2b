import type { GetFunctionRequest, GetFunctionResponse } from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { functionConfiguration } from '../configuration.ts'
import { findNamed } from '../find-named.ts'
import type { LambdaService } from '../lambda-service.ts'
import { findSetting } from '../settings/tables.ts'
import type { LambdaTables } from '../tables.ts'

/** Configuration, tags, reserved concurrency, and a link that downloads the code for ten minutes. */
export function GetFunction(
  service: LambdaService,
): Operation<GetFunctionRequest, GetFunctionResponse> {
  return async (input, context) => {
    const { FunctionName, Qualifier } = input
    const { record, named, known } = await findNamed(
      service,
      FunctionName,
      Qualifier,
      context,
      'GetFunction',
    )
    const reserved = await findSetting(service.store.reader<LambdaTables>(), 'concurrency', {
      ...named.scope,
      functionName: named.name,
      qualifier: '',
    })
    return {
      Configuration: functionConfiguration(record, named.qualifier),
      Code: {
        RepositoryType: 'S3',
        Location: service.code.link(record.config.code, context.endpoint),
      },
      // AWS leaves Tags out when there are none.
      ...(Object.keys(known.record.tags).length > 0 ? { Tags: { ...known.record.tags } } : {}),
      ...(reserved ? { Concurrency: { ReservedConcurrentExecutions: reserved.reserved } } : {}),
    }
  }
}
