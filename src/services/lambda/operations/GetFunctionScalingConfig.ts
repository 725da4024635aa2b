import type {
  GetFunctionScalingConfigRequest,
  GetFunctionScalingConfigResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { scaledVersion } from '../capacity-providers/scaling.ts'
import type { LambdaService } from '../lambda-service.ts'
import { arnOf, parseFunctionName } from '../names.ts'
import { findSetting } from '../settings/tables.ts'
import type { LambdaTables } from '../tables.ts'

/** The version's ARN alone when nothing was put. */
export function GetFunctionScalingConfig(
  service: LambdaService,
): Operation<GetFunctionScalingConfigRequest, GetFunctionScalingConfigResponse> {
  return async ({ FunctionName = '', Qualifier = '' }, context) => {
    const operation = 'GetFunctionScalingConfig'
    const named = parseFunctionName(FunctionName, Qualifier, context, operation)
    const { scope, name } = named
    const db = service.store.reader<LambdaTables>()
    await scaledVersion(db, named)
    const owner = { ...scope, functionName: name, qualifier: Qualifier }
    const scaling = await findSetting(db, 'scaling', owner)
    const config = scaling && {
      MinExecutionEnvironments: scaling.minEnvironments,
      MaxExecutionEnvironments: scaling.maxEnvironments,
    }
    return {
      FunctionArn: arnOf(named),
      ...(config
        ? { AppliedFunctionScalingConfig: config, RequestedFunctionScalingConfig: config }
        : {}),
    }
  }
}
