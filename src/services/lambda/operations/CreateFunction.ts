import type {
  CreateFunctionRequest,
  FunctionCode,
  FunctionConfiguration,
} from '@aws-sdk/client-lambda'
import { functionArn } from '../../../kernel/arn.ts'
import { newUuid } from '../../../kernel/ids.ts'
import type { Operation } from '../../../kernel/operation.ts'
import {
  checkCompute,
  checkProvider,
  checkPublishTo,
  checkVersionRoom,
  managedInstancesOf,
} from '../capacity-providers/managed-instances.ts'
import type { StoredCode } from '../code-store.ts'
import { functionConfiguration } from '../configuration.ts'
import { givenCodeSigning, insertCodeSigning } from '../code-signing/given.ts'
import type { LambdaService } from '../lambda-service.ts'
import { checkUnzippedTotal, findLayers } from '../layers/references.ts'
import { managedMemoryMbMin } from '../limits.ts'
import { type FunctionName, latestPublished, parseUnqualifiedName } from '../names.ts'
import {
  checkArchitecture,
  checkEnvironment,
  checkHandler,
  checkLogging,
  checkTags,
  chooseRuntime,
  conflict,
  invalid,
} from '../rules.ts'
import { checkRole } from '../role.ts'
import { checkSettings, checkTogether } from '../settings-rules.ts'
import {
  type FunctionRecord,
  type VersionConfig,
  type VersionRecord,
  noSettings,
  publishedAs,
} from '../state.ts'
import type { LambdaDb, LambdaTables } from '../tables.ts'
import { insertVersion } from '../versions/tables.ts'
import { refuseUnserved } from '../unserved.ts'

/**
 * Answers while the function is still Pending; it becomes Active when its runtime and code are in place.
 * Defaults: API reference (Timeout 3 s, MemorySize 128 MB, EphemeralStorage 512 MB, x86_64, Text logs).
 */
export function CreateFunction(
  service: LambdaService,
): Operation<CreateFunctionRequest, FunctionConfiguration> {
  return async (input, context) => {
    const named = parseUnqualifiedName(input.FunctionName ?? '', context, 'CreateFunction')
    refuseUnserved('CreateFunction', input)
    const checked = checkConfig(service, input, named)
    const tags = checkTags(input.Tags)
    await checkRole(service, checked.role, named)
    const arns = input.Layers ?? []
    const db = service.store.reader<LambdaTables>()
    const layers = await findLayers(db, arns, context)
    const signing = await givenCodeSigning(db, context, input.CodeSigningConfigArn)
    if (await service.functions.find(named.scope, named.name)) throw alreadyExists(named)
    const zip = zipOf(input.Code)
    const { created, version } = await service.code.receive(zip, async (stored) => {
      const signedBy = await service.signatures.checkCode(signing, named.name, zip)
      const config = { ...checked, ...stored, layers, signedBy }
      checkUnzippedTotal(config)
      checkCompute(config)
      checkTogether(config)
      checkPublishTo(input.PublishTo, config)
      await service.signatures.checkLayers(signing, layers)
      const record = newRecord(service, named, config, tags)
      return await insert(service, named, record, versionToPublish(input), async (writer) => {
        // What was found before may have been deleted meanwhile.
        await findLayers(writer, arns, context)
        await checkProvider(writer, context, config)
        await insertCodeSigning(writer, context, named.name, input.CodeSigningConfigArn)
      })
    })
    service.deployments.begin(created)
    return version
      ? functionConfiguration(version, version.version)
      : functionConfiguration(created)
  }
}

async function insert(
  service: LambdaService,
  named: FunctionName,
  record: FunctionRecord,
  toPublish: 1 | typeof latestPublished | undefined,
  check: (db: LambdaDb) => Promise<void>,
): Promise<{ created: FunctionRecord; version: VersionRecord | undefined }> {
  const version = toPublish && publishedAs(record, toPublish, newUuid(), undefined)
  const created = toPublish === 1 ? { ...record, lastVersion: 1 } : record
  const existing = await service.functions.insert(created, async (db) => {
    await check(db)
    if (!version) return
    await checkVersionRoom(db, record, record.config)
    await insertVersion(db, version)
  })
  if (existing) throw alreadyExists(named)
  return { created, version }
}

function versionToPublish(input: CreateFunctionRequest): 1 | typeof latestPublished | undefined {
  if (input.PublishTo !== undefined) return latestPublished
  return input.Publish ? 1 : undefined
}

function checkConfig(
  service: LambdaService,
  input: CreateFunctionRequest,
  named: FunctionName,
): Omit<VersionConfig, keyof StoredCode | 'layers'> {
  const managedInstances = managedInstancesOf(input.CapacityProviderConfig, named.scope)
  return {
    ...chooseRuntime(input.Runtime, service.runtimes, named.scope.region),
    handler: checkHandler(input.Handler),
    role: input.Role ?? '',
    description: input.Description ?? '',
    timeoutSeconds: input.Timeout ?? 3,
    memoryMb: input.MemorySize ?? (managedInstances ? managedMemoryMbMin : 128),
    ephemeralStorageMb: input.EphemeralStorage?.Size ?? 512,
    architecture: checkArchitecture(input.Architectures),
    environment: checkEnvironment(input.Environment),
    logging: checkLogging(
      managedInstances ? { LogFormat: 'JSON', ...input.LoggingConfig } : input.LoggingConfig,
      named.name,
      undefined,
    ),
    ...noSettings,
    tenantIsolation: input.TenancyConfig?.TenantIsolationMode,
    managedInstances,
    ...checkSettings(input),
  }
}

function newRecord(
  service: LambdaService,
  named: FunctionName,
  config: VersionConfig,
  tags: Record<string, string>,
): FunctionRecord {
  return {
    account: named.scope.account,
    region: named.scope.region,
    name: named.name,
    arn: functionArn(named.scope, named.name),
    config,
    revisionId: newUuid(),
    serving: undefined,
    state: { is: 'Pending' },
    lastUpdate: { is: 'Successful' },
    lastModifiedMs: service.clock.nowMs(),
    tags,
    lastVersion: 0,
  }
}

function zipOf(code: FunctionCode | undefined): Uint8Array {
  if (code?.ZipFile) return code.ZipFile
  throw invalid('Please provide a source for function code.')
}

function alreadyExists(named: FunctionName) {
  return conflict(`Function already exist: ${named.name}`)
}
