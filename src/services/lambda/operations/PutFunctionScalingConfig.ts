import type {
  FunctionScalingConfig,
  PutFunctionScalingConfigRequest,
  PutFunctionScalingConfigResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { scaledVersion } from '../capacity-providers/scaling.ts'
import type { LambdaService } from '../lambda-service.ts'
import { parseFunctionName } from '../names.ts'
import { invalid } from '../rules.ts'
import type { SettingKinds } from '../settings/kinds.ts'
import { changeSetting } from '../settings/change-setting.ts'

/** 202. Without a configuration, or with an empty one, the version has AWS's numbers again. */
export function PutFunctionScalingConfig(
  service: LambdaService,
): Operation<PutFunctionScalingConfigRequest, PutFunctionScalingConfigResponse> {
  return async ({ FunctionName = '', Qualifier = '', FunctionScalingConfig }, context) => {
    const operation = 'PutFunctionScalingConfig'
    const named = parseFunctionName(FunctionName, Qualifier, context, operation)
    const scaling = scalingOf(FunctionScalingConfig)
    let state: PutFunctionScalingConfigResponse['FunctionState']
    await changeSetting(
      service,
      'LAMBDA:PUT_SCALING',
      'scaling',
      named,
      Qualifier,
      async (_before, _record, db) => {
        state = (await scaledVersion(db, named)).state.is
        return scaling
      },
    )
    return { FunctionState: state }
  }
}

function scalingOf(config: FunctionScalingConfig | undefined): SettingKinds['scaling'] | undefined {
  const { MinExecutionEnvironments: min, MaxExecutionEnvironments: max } = config ?? {}
  if (min === undefined && max === undefined) return undefined
  if (min !== undefined && max !== undefined && min > max) {
    throw invalid('MinExecutionEnvironments must not be greater than MaxExecutionEnvironments.')
  }
  return { minEnvironments: min, maxEnvironments: max }
}
