/**
 * The operations of Lambda, each loaded when it is first called. Counted by the compiler against the SDK and the model.
 */
import type { Lambda } from '@aws-sdk/client-lambda'
import {
  type AnyOperation,
  type Operation,
  type OperationTable,
  lateOperation,
  notYet,
} from '../../kernel/operation.ts'
import type { LambdaOperation } from '../../model/operations.ts'
import type { LambdaService } from './lambda-service.ts'

export function operationTable(service: LambdaService) {
  const late = <Input, Output>(
    load: () => Promise<(of: LambdaService) => Operation<Input, Output>>,
  ): Operation<Input, Output> => lateOperation(service, load)
  return {
    AddLayerVersionPermission: late(
      async () =>
        (await import('./operations/AddLayerVersionPermission.ts')).AddLayerVersionPermission,
    ),
    AddPermission: late(async () => (await import('./operations/AddPermission.ts')).AddPermission),
    CheckpointDurableExecution: notYet,
    CreateAlias: late(async () => (await import('./operations/CreateAlias.ts')).CreateAlias),
    CreateCapacityProvider: late(
      async () => (await import('./operations/CreateCapacityProvider.ts')).CreateCapacityProvider,
    ),
    CreateCodeSigningConfig: late(
      async () => (await import('./operations/CreateCodeSigningConfig.ts')).CreateCodeSigningConfig,
    ),
    CreateEventSourceMapping: late(
      async () =>
        (await import('./operations/CreateEventSourceMapping.ts')).CreateEventSourceMapping,
    ),
    CreateFunction: late(
      async () => (await import('./operations/CreateFunction.ts')).CreateFunction,
    ),
    CreateFunctionUrlConfig: late(
      async () => (await import('./operations/CreateFunctionUrlConfig.ts')).CreateFunctionUrlConfig,
    ),
    DeleteAlias: late(async () => (await import('./operations/DeleteAlias.ts')).DeleteAlias),
    DeleteCapacityProvider: late(
      async () => (await import('./operations/DeleteCapacityProvider.ts')).DeleteCapacityProvider,
    ),
    DeleteCodeSigningConfig: late(
      async () => (await import('./operations/DeleteCodeSigningConfig.ts')).DeleteCodeSigningConfig,
    ),
    DeleteDurableExecution: notYet,
    DeleteEventSourceMapping: late(
      async () =>
        (await import('./operations/DeleteEventSourceMapping.ts')).DeleteEventSourceMapping,
    ),
    DeleteFunction: late(
      async () => (await import('./operations/DeleteFunction.ts')).DeleteFunction,
    ),
    DeleteFunctionCodeSigningConfig: late(
      async () =>
        (await import('./operations/DeleteFunctionCodeSigningConfig.ts'))
          .DeleteFunctionCodeSigningConfig,
    ),
    DeleteFunctionConcurrency: late(
      async () =>
        (await import('./operations/DeleteFunctionConcurrency.ts')).DeleteFunctionConcurrency,
    ),
    DeleteFunctionEventInvokeConfig: late(
      async () =>
        (await import('./operations/DeleteFunctionEventInvokeConfig.ts'))
          .DeleteFunctionEventInvokeConfig,
    ),
    DeleteFunctionUrlConfig: late(
      async () => (await import('./operations/DeleteFunctionUrlConfig.ts')).DeleteFunctionUrlConfig,
    ),
    DeleteLayerVersion: late(
      async () => (await import('./operations/DeleteLayerVersion.ts')).DeleteLayerVersion,
    ),
    DeleteProvisionedConcurrencyConfig: late(
      async () =>
        (await import('./operations/DeleteProvisionedConcurrencyConfig.ts'))
          .DeleteProvisionedConcurrencyConfig,
    ),
    DeleteResourcePolicy: late(
      async () => (await import('./operations/DeleteResourcePolicy.ts')).DeleteResourcePolicy,
    ),
    GetAccountSettings: late(
      async () => (await import('./operations/GetAccountSettings.ts')).GetAccountSettings,
    ),
    GetAlias: late(async () => (await import('./operations/GetAlias.ts')).GetAlias),
    GetCapacityProvider: late(
      async () => (await import('./operations/GetCapacityProvider.ts')).GetCapacityProvider,
    ),
    GetCodeSigningConfig: late(
      async () => (await import('./operations/GetCodeSigningConfig.ts')).GetCodeSigningConfig,
    ),
    GetDurableExecution: notYet,
    GetDurableExecutionHistory: notYet,
    GetDurableExecutionState: notYet,
    GetEventSourceMapping: late(
      async () => (await import('./operations/GetEventSourceMapping.ts')).GetEventSourceMapping,
    ),
    GetFunction: late(async () => (await import('./operations/GetFunction.ts')).GetFunction),
    GetFunctionCodeSigningConfig: late(
      async () =>
        (await import('./operations/GetFunctionCodeSigningConfig.ts')).GetFunctionCodeSigningConfig,
    ),
    GetFunctionConcurrency: late(
      async () => (await import('./operations/GetFunctionConcurrency.ts')).GetFunctionConcurrency,
    ),
    GetFunctionConfiguration: late(
      async () =>
        (await import('./operations/GetFunctionConfiguration.ts')).GetFunctionConfiguration,
    ),
    GetFunctionEventInvokeConfig: late(
      async () =>
        (await import('./operations/GetFunctionEventInvokeConfig.ts')).GetFunctionEventInvokeConfig,
    ),
    GetFunctionRecursionConfig: late(
      async () =>
        (await import('./operations/GetFunctionRecursionConfig.ts')).GetFunctionRecursionConfig,
    ),
    GetFunctionScalingConfig: late(
      async () =>
        (await import('./operations/GetFunctionScalingConfig.ts')).GetFunctionScalingConfig,
    ),
    GetFunctionUrlConfig: late(
      async () => (await import('./operations/GetFunctionUrlConfig.ts')).GetFunctionUrlConfig,
    ),
    GetLayerVersion: late(
      async () => (await import('./operations/GetLayerVersion.ts')).GetLayerVersion,
    ),
    GetLayerVersionByArn: late(
      async () => (await import('./operations/GetLayerVersionByArn.ts')).GetLayerVersionByArn,
    ),
    GetLayerVersionPolicy: late(
      async () => (await import('./operations/GetLayerVersionPolicy.ts')).GetLayerVersionPolicy,
    ),
    GetPolicy: late(async () => (await import('./operations/GetPolicy.ts')).GetPolicy),
    GetProvisionedConcurrencyConfig: late(
      async () =>
        (await import('./operations/GetProvisionedConcurrencyConfig.ts'))
          .GetProvisionedConcurrencyConfig,
    ),
    GetResourcePolicy: late(
      async () => (await import('./operations/GetResourcePolicy.ts')).GetResourcePolicy,
    ),
    GetRuntimeManagementConfig: late(
      async () =>
        (await import('./operations/GetRuntimeManagementConfig.ts')).GetRuntimeManagementConfig,
    ),
    Invoke: late(async () => (await import('./operations/Invoke.ts')).Invoke),
    InvokeAsync: notYet,
    InvokeWithResponseStream: late(
      async () =>
        (await import('./operations/InvokeWithResponseStream.ts')).InvokeWithResponseStream,
    ),
    ListAliases: late(async () => (await import('./operations/ListAliases.ts')).ListAliases),
    ListCapacityProviders: late(
      async () => (await import('./operations/ListCapacityProviders.ts')).ListCapacityProviders,
    ),
    ListCodeSigningConfigs: late(
      async () => (await import('./operations/ListCodeSigningConfigs.ts')).ListCodeSigningConfigs,
    ),
    ListDurableExecutionsByFunction: notYet,
    ListEventSourceMappings: late(
      async () => (await import('./operations/ListEventSourceMappings.ts')).ListEventSourceMappings,
    ),
    ListFunctionEventInvokeConfigs: late(
      async () =>
        (await import('./operations/ListFunctionEventInvokeConfigs.ts'))
          .ListFunctionEventInvokeConfigs,
    ),
    ListFunctionUrlConfigs: late(
      async () => (await import('./operations/ListFunctionUrlConfigs.ts')).ListFunctionUrlConfigs,
    ),
    ListFunctionVersionsByCapacityProvider: late(
      async () =>
        (await import('./operations/ListFunctionVersionsByCapacityProvider.ts'))
          .ListFunctionVersionsByCapacityProvider,
    ),
    ListFunctions: late(async () => (await import('./operations/ListFunctions.ts')).ListFunctions),
    ListFunctionsByCodeSigningConfig: late(
      async () =>
        (await import('./operations/ListFunctionsByCodeSigningConfig.ts'))
          .ListFunctionsByCodeSigningConfig,
    ),
    ListLayerVersions: late(
      async () => (await import('./operations/ListLayerVersions.ts')).ListLayerVersions,
    ),
    ListLayers: late(async () => (await import('./operations/ListLayers.ts')).ListLayers),
    ListProvisionedConcurrencyConfigs: late(
      async () =>
        (await import('./operations/ListProvisionedConcurrencyConfigs.ts'))
          .ListProvisionedConcurrencyConfigs,
    ),
    ListTags: late(async () => (await import('./operations/ListTags.ts')).ListTags),
    ListVersionsByFunction: late(
      async () => (await import('./operations/ListVersionsByFunction.ts')).ListVersionsByFunction,
    ),
    PauseDurableExecution: notYet,
    PublishLayerVersion: late(
      async () => (await import('./operations/PublishLayerVersion.ts')).PublishLayerVersion,
    ),
    PublishVersion: late(
      async () => (await import('./operations/PublishVersion.ts')).PublishVersion,
    ),
    PutFunctionCodeSigningConfig: late(
      async () =>
        (await import('./operations/PutFunctionCodeSigningConfig.ts')).PutFunctionCodeSigningConfig,
    ),
    PutFunctionConcurrency: late(
      async () => (await import('./operations/PutFunctionConcurrency.ts')).PutFunctionConcurrency,
    ),
    PutFunctionEventInvokeConfig: late(
      async () =>
        (await import('./operations/PutFunctionEventInvokeConfig.ts')).PutFunctionEventInvokeConfig,
    ),
    PutFunctionRecursionConfig: late(
      async () =>
        (await import('./operations/PutFunctionRecursionConfig.ts')).PutFunctionRecursionConfig,
    ),
    PutFunctionScalingConfig: late(
      async () =>
        (await import('./operations/PutFunctionScalingConfig.ts')).PutFunctionScalingConfig,
    ),
    PutProvisionedConcurrencyConfig: late(
      async () =>
        (await import('./operations/PutProvisionedConcurrencyConfig.ts'))
          .PutProvisionedConcurrencyConfig,
    ),
    PutResourcePolicy: late(
      async () => (await import('./operations/PutResourcePolicy.ts')).PutResourcePolicy,
    ),
    PutRuntimeManagementConfig: late(
      async () =>
        (await import('./operations/PutRuntimeManagementConfig.ts')).PutRuntimeManagementConfig,
    ),
    RemoveLayerVersionPermission: late(
      async () =>
        (await import('./operations/RemoveLayerVersionPermission.ts')).RemoveLayerVersionPermission,
    ),
    RemovePermission: late(
      async () => (await import('./operations/RemovePermission.ts')).RemovePermission,
    ),
    ResumeDurableExecution: notYet,
    SendDurableExecutionCallbackFailure: notYet,
    SendDurableExecutionCallbackHeartbeat: notYet,
    SendDurableExecutionCallbackSuccess: notYet,
    StopDurableExecution: notYet,
    TagResource: late(async () => (await import('./operations/TagResource.ts')).TagResource),
    UntagResource: late(async () => (await import('./operations/UntagResource.ts')).UntagResource),
    UpdateAlias: late(async () => (await import('./operations/UpdateAlias.ts')).UpdateAlias),
    UpdateCapacityProvider: late(
      async () => (await import('./operations/UpdateCapacityProvider.ts')).UpdateCapacityProvider,
    ),
    UpdateCodeSigningConfig: late(
      async () => (await import('./operations/UpdateCodeSigningConfig.ts')).UpdateCodeSigningConfig,
    ),
    UpdateEventSourceMapping: late(
      async () =>
        (await import('./operations/UpdateEventSourceMapping.ts')).UpdateEventSourceMapping,
    ),
    UpdateFunctionCode: late(
      async () => (await import('./operations/UpdateFunctionCode.ts')).UpdateFunctionCode,
    ),
    UpdateFunctionConfiguration: late(
      async () =>
        (await import('./operations/UpdateFunctionConfiguration.ts')).UpdateFunctionConfiguration,
    ),
    UpdateFunctionEventInvokeConfig: late(
      async () =>
        (await import('./operations/UpdateFunctionEventInvokeConfig.ts'))
          .UpdateFunctionEventInvokeConfig,
    ),
    UpdateFunctionUrlConfig: late(
      async () => (await import('./operations/UpdateFunctionUrlConfig.ts')).UpdateFunctionUrlConfig,
    ),
  } satisfies OperationTable<Lambda> & Record<LambdaOperation, AnyOperation>
}
