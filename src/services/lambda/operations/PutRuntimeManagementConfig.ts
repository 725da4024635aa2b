import type {
  PutRuntimeManagementConfigRequest,
  PutRuntimeManagementConfigResponse,
} from '@aws-sdk/client-lambda'
import { assert } from '../../../kernel/assert.ts'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { arnOf, parseFunctionName } from '../names.ts'
import { checkManagement, managedConfig, managedName } from '../runtime-management.ts'
import { changeSetting } from '../settings/change-setting.ts'

export function PutRuntimeManagementConfig(
  service: LambdaService,
): Operation<PutRuntimeManagementConfigRequest, PutRuntimeManagementConfigResponse> {
  return async (input, context) => {
    const operation = 'PutRuntimeManagementConfig'
    const { FunctionName = '', Qualifier } = input
    const named = managedName(parseFunctionName(FunctionName, Qualifier, context, operation))
    const setting = await changeSetting(
      service,
      'LAMBDA:PUT_RUNTIME_MANAGEMENT',
      'runtimeManagement',
      named,
      named.qualifier,
      async (_before, record, db) => checkManagement(input, await managedConfig(db, record, named)),
    )
    assert(setting !== undefined, 'a runtime management configuration was put and is not there')
    return {
      UpdateRuntimeOn: setting.updateOn,
      FunctionArn: arnOf(named),
      ...(setting.versionArn === undefined ? {} : { RuntimeVersionArn: setting.versionArn }),
    }
  }
}
