import type {
  FunctionConfiguration,
  UpdateFunctionConfigurationRequest,
} from '@aws-sdk/client-lambda'
import { newUuid } from '../../../kernel/ids.ts'
import type { CallContext, Operation } from '../../../kernel/operation.ts'
import type { RuntimeProvider } from '../../../kernel/ports.ts'
import {
  checkCompute,
  checkProvider,
  checkSameCompute,
  managedInstancesOf,
} from '../capacity-providers/managed-instances.ts'
import { codeSigningOf } from '../code-signing/check-signatures.ts'
import { functionConfiguration } from '../configuration.ts'
import type { LambdaService } from '../lambda-service.ts'
import { checkUnzippedTotal, findLayers } from '../layers/references.ts'
import { type FunctionName, notFound, parseUnqualifiedName } from '../names.ts'
import {
  checkEnvironment,
  checkHandler,
  checkLogging,
  checkRevision,
  checkUpdatable,
  chooseRuntime,
} from '../rules.ts'
import { checkRuntimeChange } from '../runtime-management.ts'
import { checkRole } from '../role.ts'
import { checkSettings, checkTogether } from '../settings-rules.ts'
import { type FunctionRecord, type VersionConfig, layerPackagesOf, updated } from '../state.ts'
import type { LambdaTables } from '../tables.ts'
import { refuseUnserved } from '../unserved.ts'

/** What the request leaves out stays; maps are replaced as a whole, and empty ones clear. */
export function UpdateFunctionConfiguration(
  service: LambdaService,
): Operation<UpdateFunctionConfigurationRequest, FunctionConfiguration> {
  return async (input, context) => {
    const { scope, name, ...rest } = parseUnqualifiedName(
      input.FunctionName ?? '',
      context,
      'UpdateFunctionConfiguration',
    )
    refuseUnserved('UpdateFunctionConfiguration', input)
    const { runtimes } = service
    if (input.Role !== undefined) {
      await checkRole(service, input.Role, { scope, name, ...rest })
    }
    await checkNewLayers(service, { scope, name, ...rest }, input.Layers, context)
    const nowMs = service.clock.nowMs()
    const change = await service.functions.change(
      'LAMBDA:UPDATE_CONFIGURATION',
      scope,
      name,
      async (record, db) => {
        checkRevision(record, input.RevisionId)
        checkUpdatable(record)
        await checkRuntimeChange(db, record, input.Runtime)
        const layers =
          input.Layers === undefined
            ? record.config.layers
            : await findLayers(db, input.Layers, context)
        const config = { ...withChanges(record, input, runtimes), layers }
        checkUnzippedTotal(config)
        checkCompute(config)
        checkTogether(config)
        if (input.CapacityProviderConfig !== undefined) await checkProvider(db, record, config)
        return updated(record, config, newUuid(), nowMs)
      },
    )
    if (!change) throw notFound({ scope, name, ...rest })
    service.deployments.begin(change.after)
    // What serves is still needed; the layers of an update that had failed are not.
    if (input.Layers !== undefined) {
      await service.code.deleteUnused(layerPackagesOf(change.before.config))
    }
    return functionConfiguration(change.after)
  }
}

/** Those that it has already are not looked at again. Ahead of the change, which must not wait for it. */
async function checkNewLayers(
  service: LambdaService,
  { scope, name }: FunctionName,
  arns: readonly string[] | undefined,
  context: CallContext,
): Promise<void> {
  const known = arns && (await service.functions.find(scope, name))
  const signing = known && (await codeSigningOf(service, scope, name))
  if (!signing) return
  const has = new Set(known.record.config.layers.map(({ arn }) => arn))
  const layers = await findLayers(service.store.reader<LambdaTables>(), arns, context)
  const added = layers.filter(({ arn }) => !has.has(arn))
  await service.signatures.checkLayers(signing, added)
}

function withChanges(
  record: FunctionRecord,
  input: UpdateFunctionConfigurationRequest,
  runtimes: RuntimeProvider,
): VersionConfig {
  const { config } = record
  const managedInstances = managedInstancesOf(input.CapacityProviderConfig, record)
  checkSameCompute(config, managedInstances)
  return {
    ...config,
    managedInstances: managedInstances ?? config.managedInstances,
    ...(input.Runtime === undefined ? {} : chooseRuntime(input.Runtime, runtimes, record.region)),
    handler: input.Handler === undefined ? config.handler : checkHandler(input.Handler),
    role: input.Role ?? config.role,
    description: input.Description ?? config.description,
    timeoutSeconds: input.Timeout ?? config.timeoutSeconds,
    memoryMb: input.MemorySize ?? config.memoryMb,
    ephemeralStorageMb: input.EphemeralStorage?.Size ?? config.ephemeralStorageMb,
    environment:
      input.Environment === undefined ? config.environment : checkEnvironment(input.Environment),
    logging:
      input.LoggingConfig === undefined
        ? config.logging
        : checkLogging(input.LoggingConfig, record.name, config.logging),
    ...checkSettings(input),
  }
}
