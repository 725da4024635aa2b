import type {
  GetRuntimeManagementConfigRequest,
  GetRuntimeManagementConfigResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { arnOf, parseFunctionName } from '../names.ts'
import { managedName } from '../runtime-management.ts'
import { existing } from '../settings/change-setting.ts'
import { findSetting } from '../settings/tables.ts'
import type { LambdaTables } from '../tables.ts'

/** The version's ARN is told in the mode Manual alone (API reference). */
export function GetRuntimeManagementConfig(
  service: LambdaService,
): Operation<GetRuntimeManagementConfigRequest, GetRuntimeManagementConfigResponse> {
  return async ({ FunctionName = '', Qualifier }, context) => {
    const operation = 'GetRuntimeManagementConfig'
    const named = managedName(parseFunctionName(FunctionName, Qualifier, context, operation))
    const db = service.store.reader<LambdaTables>()
    await existing(db, named)
    const { scope, name, qualifier } = named
    const owner = { ...scope, functionName: name, qualifier }
    const setting = await findSetting(db, 'runtimeManagement', owner)
    return {
      UpdateRuntimeOn: setting?.updateOn ?? 'Auto',
      FunctionArn: arnOf(named),
      ...(setting?.versionArn === undefined ? {} : { RuntimeVersionArn: setting.versionArn }),
    }
  }
}
