/**
 * AWS Lambda: the front door of the flagship.
 * The table below is counted by the compiler against the SDK and the model; README.md tells what works.
 */
import type { Lambda } from '@aws-sdk/client-lambda'
import { functionArn } from '../../kernel/arn.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import {
  type AnyOperation,
  type OperationTable,
  type Service,
  notYet,
} from '../../kernel/operation.ts'
import type { EventPollers, Invoker, RawRoute, RuntimeProvider } from '../../kernel/ports.ts'
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
import { PutFunctionConcurrency } from './operations/PutFunctionConcurrency.ts'
import { GetFunctionConcurrency } from './operations/GetFunctionConcurrency.ts'
import { DeleteFunctionConcurrency } from './operations/DeleteFunctionConcurrency.ts'
import { GetAccountSettings } from './operations/GetAccountSettings.ts'
import { CreateFunctionUrlConfig } from './operations/CreateFunctionUrlConfig.ts'
import { GetFunctionUrlConfig } from './operations/GetFunctionUrlConfig.ts'
import { UpdateFunctionUrlConfig } from './operations/UpdateFunctionUrlConfig.ts'
import { DeleteFunctionUrlConfig } from './operations/DeleteFunctionUrlConfig.ts'
import { ListFunctionUrlConfigs } from './operations/ListFunctionUrlConfigs.ts'
import { AddPermission } from './operations/AddPermission.ts'
import { RemovePermission } from './operations/RemovePermission.ts'
import { GetPolicy } from './operations/GetPolicy.ts'
import { PutResourcePolicy } from './operations/PutResourcePolicy.ts'
import { GetResourcePolicy } from './operations/GetResourcePolicy.ts'
import { DeleteResourcePolicy } from './operations/DeleteResourcePolicy.ts'
import { PutFunctionEventInvokeConfig } from './operations/PutFunctionEventInvokeConfig.ts'
import { UpdateFunctionEventInvokeConfig } from './operations/UpdateFunctionEventInvokeConfig.ts'
import { GetFunctionEventInvokeConfig } from './operations/GetFunctionEventInvokeConfig.ts'
import { DeleteFunctionEventInvokeConfig } from './operations/DeleteFunctionEventInvokeConfig.ts'
import { ListFunctionEventInvokeConfigs } from './operations/ListFunctionEventInvokeConfigs.ts'
import { TagResource } from './operations/TagResource.ts'
import { UntagResource } from './operations/UntagResource.ts'
import { ListTags } from './operations/ListTags.ts'
import { PutFunctionRecursionConfig } from './operations/PutFunctionRecursionConfig.ts'
import { GetFunctionRecursionConfig } from './operations/GetFunctionRecursionConfig.ts'
import { PutRuntimeManagementConfig } from './operations/PutRuntimeManagementConfig.ts'
import { GetRuntimeManagementConfig } from './operations/GetRuntimeManagementConfig.ts'
import { PublishLayerVersion } from './operations/PublishLayerVersion.ts'
import { GetLayerVersion } from './operations/GetLayerVersion.ts'
import { GetLayerVersionByArn } from './operations/GetLayerVersionByArn.ts'
import { ListLayers } from './operations/ListLayers.ts'
import { ListLayerVersions } from './operations/ListLayerVersions.ts'
import { DeleteLayerVersion } from './operations/DeleteLayerVersion.ts'
import { AddLayerVersionPermission } from './operations/AddLayerVersionPermission.ts'
import { RemoveLayerVersionPermission } from './operations/RemoveLayerVersionPermission.ts'
import { GetLayerVersionPolicy } from './operations/GetLayerVersionPolicy.ts'
import { CreateEventSourceMapping } from './operations/CreateEventSourceMapping.ts'
import { GetEventSourceMapping } from './operations/GetEventSourceMapping.ts'
import { UpdateEventSourceMapping } from './operations/UpdateEventSourceMapping.ts'
import { DeleteEventSourceMapping } from './operations/DeleteEventSourceMapping.ts'
import { ListEventSourceMappings } from './operations/ListEventSourceMappings.ts'
import { InvokeWithResponseStream } from './operations/InvokeWithResponseStream.ts'
import { PutProvisionedConcurrencyConfig } from './operations/PutProvisionedConcurrencyConfig.ts'
import { GetProvisionedConcurrencyConfig } from './operations/GetProvisionedConcurrencyConfig.ts'
import { DeleteProvisionedConcurrencyConfig } from './operations/DeleteProvisionedConcurrencyConfig.ts'
import { ListProvisionedConcurrencyConfigs } from './operations/ListProvisionedConcurrencyConfigs.ts'
import { PayloadChecker } from './payload-checker.ts'
import { listAllSettings } from './settings/tables.ts'
import type { LambdaTables } from './tables.ts'
import { applyAllProvisioned } from './concurrency/provisioned.ts'
import { Mappings } from './event-sources/mappings.ts'
import { UrlRoute } from './urls/url-route.ts'
import { Urls } from './urls/urls.ts'

export { migrations } from './tables.ts'

export interface LambdaOptions {
  readonly store: Store
  readonly blobs: Blobs
  readonly invoker: Invoker
  readonly runtimes: RuntimeProvider
  /** Until there are any, every kind of event source is refused by its name. */
  readonly pollers?: EventPollers
  readonly clock: Clock
  readonly log: Log
}

const noPollers: EventPollers = {
  serves: () => false,
  run: () => Promise.resolve(),
  stop: () => Promise.resolve(),
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
  const urls = new Urls()
  const mappings = new Mappings(store, options.pollers ?? noPollers, log)
  const service: LambdaService = {
    clock,
    store,
    invoker,
    runtimes,
    functions,
    code,
    deployments,
    payloads,
    urls,
    mappings,
  }
  let sweeping: Promise<void> | undefined
  return {
    model: 'lambda',
    operations: operationTable(service),
    routes: [code, new UrlRoute(service)],
    async resume() {
      await deployments.resume(store)
      await Promise.all([reserveAll(store, invoker), urls.load(store), mappings.resume()])
      await applyAllProvisioned(service)
      // Goes on beside requests: what it deletes is merely in the way.
      sweeping = code.sweep().catch((error: unknown) => {
        log.warn({ error }, 'unused code could not be swept')
      })
    },
    async [Symbol.asyncDispose]() {
      await sweeping
      await mappings[Symbol.asyncDispose]()
      await deployments[Symbol.asyncDispose]()
      await payloads[Symbol.asyncDispose]()
    },
  }
}

/** Tells the data plane again what was reserved before this server started. */
async function reserveAll(store: Store, invoker: Invoker): Promise<void> {
  const settings = await listAllSettings(store.reader<LambdaTables>(), 'concurrency')
  for (const { account, region, functionName, record } of settings) {
    const scope = { account, region }
    invoker.reserve(scope, functionArn(scope, functionName), record.reserved)
  }
}

function operationTable(service: LambdaService) {
  return {
    AddLayerVersionPermission: AddLayerVersionPermission(service),
    AddPermission: AddPermission(service),
    CheckpointDurableExecution: notYet,
    CreateAlias: CreateAlias(service),
    CreateCapacityProvider: notYet,
    CreateCodeSigningConfig: notYet,
    CreateEventSourceMapping: CreateEventSourceMapping(service),
    CreateFunction: CreateFunction(service),
    CreateFunctionUrlConfig: CreateFunctionUrlConfig(service),
    DeleteAlias: DeleteAlias(service),
    DeleteCapacityProvider: notYet,
    DeleteCodeSigningConfig: notYet,
    DeleteDurableExecution: notYet,
    DeleteEventSourceMapping: DeleteEventSourceMapping(service),
    DeleteFunction: DeleteFunction(service),
    DeleteFunctionCodeSigningConfig: notYet,
    DeleteFunctionConcurrency: DeleteFunctionConcurrency(service),
    DeleteFunctionEventInvokeConfig: DeleteFunctionEventInvokeConfig(service),
    DeleteFunctionUrlConfig: DeleteFunctionUrlConfig(service),
    DeleteLayerVersion: DeleteLayerVersion(service),
    DeleteProvisionedConcurrencyConfig: DeleteProvisionedConcurrencyConfig(service),
    DeleteResourcePolicy: DeleteResourcePolicy(service),
    GetAccountSettings: GetAccountSettings(service),
    GetAlias: GetAlias(service),
    GetCapacityProvider: notYet,
    GetCodeSigningConfig: notYet,
    GetDurableExecution: notYet,
    GetDurableExecutionHistory: notYet,
    GetDurableExecutionState: notYet,
    GetEventSourceMapping: GetEventSourceMapping(service),
    GetFunction: GetFunction(service),
    GetFunctionCodeSigningConfig: notYet,
    GetFunctionConcurrency: GetFunctionConcurrency(service),
    GetFunctionConfiguration: GetFunctionConfiguration(service),
    GetFunctionEventInvokeConfig: GetFunctionEventInvokeConfig(service),
    GetFunctionRecursionConfig: GetFunctionRecursionConfig(service),
    GetFunctionScalingConfig: notYet,
    GetFunctionUrlConfig: GetFunctionUrlConfig(service),
    GetLayerVersion: GetLayerVersion(service),
    GetLayerVersionByArn: GetLayerVersionByArn(service),
    GetLayerVersionPolicy: GetLayerVersionPolicy(service),
    GetPolicy: GetPolicy(service),
    GetProvisionedConcurrencyConfig: GetProvisionedConcurrencyConfig(service),
    GetResourcePolicy: GetResourcePolicy(service),
    GetRuntimeManagementConfig: GetRuntimeManagementConfig(service),
    Invoke: Invoke(service),
    InvokeAsync: notYet,
    InvokeWithResponseStream: InvokeWithResponseStream(service),
    ListAliases: ListAliases(service),
    ListCapacityProviders: notYet,
    ListCodeSigningConfigs: notYet,
    ListDurableExecutionsByFunction: notYet,
    ListEventSourceMappings: ListEventSourceMappings(service),
    ListFunctionEventInvokeConfigs: ListFunctionEventInvokeConfigs(service),
    ListFunctionUrlConfigs: ListFunctionUrlConfigs(service),
    ListFunctionVersionsByCapacityProvider: notYet,
    ListFunctions: ListFunctions(service),
    ListFunctionsByCodeSigningConfig: notYet,
    ListLayerVersions: ListLayerVersions(service),
    ListLayers: ListLayers(service),
    ListProvisionedConcurrencyConfigs: ListProvisionedConcurrencyConfigs(service),
    ListTags: ListTags(service),
    ListVersionsByFunction: ListVersionsByFunction(service),
    PauseDurableExecution: notYet,
    PublishLayerVersion: PublishLayerVersion(service),
    PublishVersion: PublishVersion(service),
    PutFunctionCodeSigningConfig: notYet,
    PutFunctionConcurrency: PutFunctionConcurrency(service),
    PutFunctionEventInvokeConfig: PutFunctionEventInvokeConfig(service),
    PutFunctionRecursionConfig: PutFunctionRecursionConfig(service),
    PutFunctionScalingConfig: notYet,
    PutProvisionedConcurrencyConfig: PutProvisionedConcurrencyConfig(service),
    PutResourcePolicy: PutResourcePolicy(service),
    PutRuntimeManagementConfig: PutRuntimeManagementConfig(service),
    RemoveLayerVersionPermission: RemoveLayerVersionPermission(service),
    RemovePermission: RemovePermission(service),
    ResumeDurableExecution: notYet,
    SendDurableExecutionCallbackFailure: notYet,
    SendDurableExecutionCallbackHeartbeat: notYet,
    SendDurableExecutionCallbackSuccess: notYet,
    StopDurableExecution: notYet,
    TagResource: TagResource(service),
    UntagResource: UntagResource(service),
    UpdateAlias: UpdateAlias(service),
    UpdateCapacityProvider: notYet,
    UpdateCodeSigningConfig: notYet,
    UpdateEventSourceMapping: UpdateEventSourceMapping(service),
    UpdateFunctionCode: UpdateFunctionCode(service),
    UpdateFunctionConfiguration: UpdateFunctionConfiguration(service),
    UpdateFunctionEventInvokeConfig: UpdateFunctionEventInvokeConfig(service),
    UpdateFunctionUrlConfig: UpdateFunctionUrlConfig(service),
  } satisfies OperationTable<Lambda> & Record<LambdaOperation, AnyOperation>
}
