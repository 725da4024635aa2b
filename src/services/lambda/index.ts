/**
 * AWS Lambda: the front door of the flagship.
 * The table below is counted by the compiler against the SDK and the model; README.md tells what works.
 */
import type { Lambda } from '@aws-sdk/client-lambda'
import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import {
  type AnyOperation,
  type OperationTable,
  type Service,
  notYet,
} from '../../kernel/operation.ts'
import type { Invoker, RawRoute, RuntimeProvider } from '../../kernel/ports.ts'
import type { LambdaOperation } from '../../model/operations.ts'
import type { Blobs, Store } from '../../store/store.ts'
import { CodeStore } from './code-store.ts'
import { Deployments } from './deployments.ts'
import { Functions } from './functions.ts'
import type { LambdaService } from './lambda-service.ts'
import { CreateFunction } from './operations/CreateFunction.ts'
import { DeleteFunction } from './operations/DeleteFunction.ts'
import { GetFunction } from './operations/GetFunction.ts'
import { GetFunctionConfiguration } from './operations/GetFunctionConfiguration.ts'
import { Invoke } from './operations/Invoke.ts'
import { ListFunctions } from './operations/ListFunctions.ts'
import { UpdateFunctionCode } from './operations/UpdateFunctionCode.ts'
import { UpdateFunctionConfiguration } from './operations/UpdateFunctionConfiguration.ts'
import { CreateAlias } from './operations/CreateAlias.ts'
import { DeleteAlias } from './operations/DeleteAlias.ts'
import { GetAlias } from './operations/GetAlias.ts'
import { ListAliases } from './operations/ListAliases.ts'
import { UpdateAlias } from './operations/UpdateAlias.ts'
import { PublishVersion } from './operations/PublishVersion.ts'
import { ListVersionsByFunction } from './operations/ListVersionsByFunction.ts'
import { PayloadChecker } from './payload-checker.ts'

export { migrations } from './tables.ts'

export interface LambdaOptions {
  readonly store: Store
  readonly blobs: Blobs
  readonly invoker: Invoker
  readonly runtimes: RuntimeProvider
  readonly clock: Clock
  readonly log: Log
}

/** The service, its plain-HTTP routes, and what it has to finish before the server ends. */
export interface LambdaFrontDoor extends Service, AsyncDisposable {
  readonly routes: readonly RawRoute[]
  /** Goes on with deployments that the last server left unfinished. */
  resume(): Promise<void>
}

export function createLambdaService(options: LambdaOptions): LambdaFrontDoor {
  const { store, blobs, invoker, runtimes, clock, log } = options
  const functions = new Functions(store)
  const code = new CodeStore(blobs, store, clock)
  const deployments = new Deployments(functions, invoker, code, log)
  const payloads = new PayloadChecker()
  const service: LambdaService = {
    clock,
    store,
    invoker,
    runtimes,
    functions,
    code,
    deployments,
    payloads,
  }
  let sweeping: Promise<void> | undefined
  return {
    model: 'lambda',
    operations: operationTable(service),
    routes: [code],
    async resume() {
      await deployments.resume(store)
      // Goes on beside requests: what it deletes is merely in the way.
      sweeping = code.sweep().catch((error: unknown) => {
        log.warn({ error }, 'unused code could not be swept')
      })
    },
    async [Symbol.asyncDispose]() {
      await sweeping
      await deployments[Symbol.asyncDispose]()
      await payloads[Symbol.asyncDispose]()
    },
  }
}

function operationTable(service: LambdaService) {
  return {
    AddLayerVersionPermission: notYet,
    AddPermission: notYet,
    CheckpointDurableExecution: notYet,
    CreateAlias: CreateAlias(service),
    CreateCapacityProvider: notYet,
    CreateCodeSigningConfig: notYet,
    CreateEventSourceMapping: notYet,
    CreateFunction: CreateFunction(service),
    CreateFunctionUrlConfig: notYet,
    DeleteAlias: DeleteAlias(service),
    DeleteCapacityProvider: notYet,
    DeleteCodeSigningConfig: notYet,
    DeleteDurableExecution: notYet,
    DeleteEventSourceMapping: notYet,
    DeleteFunction: DeleteFunction(service),
    DeleteFunctionCodeSigningConfig: notYet,
    DeleteFunctionConcurrency: notYet,
    DeleteFunctionEventInvokeConfig: notYet,
    DeleteFunctionUrlConfig: notYet,
    DeleteLayerVersion: notYet,
    DeleteProvisionedConcurrencyConfig: notYet,
    DeleteResourcePolicy: notYet,
    GetAccountSettings: notYet,
    GetAlias: GetAlias(service),
    GetCapacityProvider: notYet,
    GetCodeSigningConfig: notYet,
    GetDurableExecution: notYet,
    GetDurableExecutionHistory: notYet,
    GetDurableExecutionState: notYet,
    GetEventSourceMapping: notYet,
    GetFunction: GetFunction(service),
    GetFunctionCodeSigningConfig: notYet,
    GetFunctionConcurrency: notYet,
    GetFunctionConfiguration: GetFunctionConfiguration(service),
    GetFunctionEventInvokeConfig: notYet,
    GetFunctionRecursionConfig: notYet,
    GetFunctionScalingConfig: notYet,
    GetFunctionUrlConfig: notYet,
    GetLayerVersion: notYet,
    GetLayerVersionByArn: notYet,
    GetLayerVersionPolicy: notYet,
    GetPolicy: notYet,
    GetProvisionedConcurrencyConfig: notYet,
    GetResourcePolicy: notYet,
    GetRuntimeManagementConfig: notYet,
    Invoke: Invoke(service),
    InvokeAsync: notYet,
    InvokeWithResponseStream: notYet,
    ListAliases: ListAliases(service),
    ListCapacityProviders: notYet,
    ListCodeSigningConfigs: notYet,
    ListDurableExecutionsByFunction: notYet,
    ListEventSourceMappings: notYet,
    ListFunctionEventInvokeConfigs: notYet,
    ListFunctionUrlConfigs: notYet,
    ListFunctionVersionsByCapacityProvider: notYet,
    ListFunctions: ListFunctions(service),
    ListFunctionsByCodeSigningConfig: notYet,
    ListLayerVersions: notYet,
    ListLayers: notYet,
    ListProvisionedConcurrencyConfigs: notYet,
    ListTags: notYet,
    ListVersionsByFunction: ListVersionsByFunction(service),
    PauseDurableExecution: notYet,
    PublishLayerVersion: notYet,
    PublishVersion: PublishVersion(service),
    PutFunctionCodeSigningConfig: notYet,
    PutFunctionConcurrency: notYet,
    PutFunctionEventInvokeConfig: notYet,
    PutFunctionRecursionConfig: notYet,
    PutFunctionScalingConfig: notYet,
    PutProvisionedConcurrencyConfig: notYet,
    PutResourcePolicy: notYet,
    PutRuntimeManagementConfig: notYet,
    RemoveLayerVersionPermission: notYet,
    RemovePermission: notYet,
    ResumeDurableExecution: notYet,
    SendDurableExecutionCallbackFailure: notYet,
    SendDurableExecutionCallbackHeartbeat: notYet,
    SendDurableExecutionCallbackSuccess: notYet,
    StopDurableExecution: notYet,
    TagResource: notYet,
    UntagResource: notYet,
    UpdateAlias: UpdateAlias(service),
    UpdateCapacityProvider: notYet,
    UpdateCodeSigningConfig: notYet,
    UpdateEventSourceMapping: notYet,
    UpdateFunctionCode: UpdateFunctionCode(service),
    UpdateFunctionConfiguration: UpdateFunctionConfiguration(service),
    UpdateFunctionEventInvokeConfig: notYet,
    UpdateFunctionUrlConfig: notYet,
  } satisfies OperationTable<Lambda> & Record<LambdaOperation, AnyOperation>
}
