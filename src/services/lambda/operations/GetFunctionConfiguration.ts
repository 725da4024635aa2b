import type { FunctionConfiguration, GetFunctionConfigurationRequest } from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { functionConfiguration } from '../configuration.ts'
import { findNamed } from '../find-named.ts'
import type { LambdaService } from '../lambda-service.ts'

export function GetFunctionConfiguration(
  service: LambdaService,
): Operation<GetFunctionConfigurationRequest, FunctionConfiguration> {
  return async (input, context) => {
    const { FunctionName, Qualifier } = input
    const { record, named } = await findNamed(
      service,
      FunctionName,
      Qualifier,
      context,
      'GetFunctionConfiguration',
    )
    return functionConfiguration(record, named.qualifier)
  }
}
