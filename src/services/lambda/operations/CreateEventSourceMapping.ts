import type {
  CreateEventSourceMappingRequest,
  EventSourceMappingConfiguration,
} from '@aws-sdk/client-lambda'
import { newUuid } from '../../../kernel/ids.ts'
import type { CallContext, Operation } from '../../../kernel/operation.ts'
import { existingOf } from '../event-sources/find.ts'
import { type SourceKind, sourceKindOf, sourceRules } from '../event-sources/kinds.ts'
import { type MappingRecord, mappingConfiguration } from '../event-sources/mapping.ts'
import { type MappingSettings, checkMapping } from '../event-sources/rules.ts'
import { listMappings, putMapping } from '../event-sources/tables.ts'
import type { LambdaService } from '../lambda-service.ts'
import { type FunctionName, arnOf, parseFunctionName } from '../names.ts'
import { checkTags, conflict, invalid } from '../rules.ts'
import type { LambdaTables } from '../tables.ts'
import { refuseIsolated } from '../tenancy.ts'

/** 202: Creating, then Enabled or Disabled. */
export function CreateEventSourceMapping(
  service: LambdaService,
): Operation<CreateEventSourceMappingRequest, EventSourceMappingConfiguration> {
  return async (input, context) => {
    const kind = sourceKindOf(input)
    if (kind === undefined) throw invalid('Unrecognized event source.')
    const named = parseFunctionName(
      input.FunctionName ?? '',
      undefined,
      context,
      'CreateEventSourceMapping',
    )
    const settings = settingsOf(input)
    checkMapping(kind, settings, service.clock.nowMs())
    refuseUnservedSource(service, kind)
    const mapping = newMapping(service, kind, named, settings, input, context)
    await service.store.transaction<LambdaTables, void>('LAMBDA:CREATE_MAPPING', async (db) => {
      refuseIsolated((await existingOf(db, named)).config, 'An event source mapping')
      const filter = { functionName: named.name, source: settings.EventSourceArn ?? '' }
      const [same] = (await listMappings(db, context, filter)).filter(
        (each) => each.functionArn === mapping.functionArn && each.kind === kind,
      )
      if (same && kind !== 'self-managed-kafka') throw alreadyMapped(same, named.name)
      await putMapping(db, mapping)
    })
    service.mappings.begin(mapping)
    return mappingConfiguration(mapping)
  }
}

function settingsOf(input: CreateEventSourceMappingRequest): MappingSettings {
  const {
    FunctionName: _function,
    Enabled: _enabled,
    Tags: _tags,
    StartingPositionTimestamp: timestamp,
    ...settings
  } = input
  return timestamp === undefined
    ? settings
    : { ...settings, StartingPositionTimestamp: timestamp.getTime() }
}

/** What is accepted works. */
function refuseUnservedSource(service: LambdaService, kind: SourceKind): void {
  if (service.mappings.pollers.serves(kind)) return
  throw invalid(
    `lambdad has no ${sourceRules[kind].label} event sources yet, and a mapping it accepted without effect would mislead you.`,
  )
}

function newMapping(
  service: LambdaService,
  kind: SourceKind,
  named: FunctionName,
  settings: MappingSettings,
  input: CreateEventSourceMappingRequest,
  context: CallContext,
): MappingRecord {
  return {
    account: context.account,
    region: context.region,
    uuid: newUuid(),
    kind,
    functionName: named.name,
    functionArn: arnOf(named),
    settings,
    isEnabled: input.Enabled ?? true,
    state: 'Creating',
    lastModifiedMs: service.clock.nowMs(),
    // Recorded: a queue has none.
    lastResult: kind === 'sqs' ? undefined : 'No records processed',
    tags: checkTags(input.Tags),
  }
}

/** Recorded, blanks inside the quotes and all. */
function alreadyMapped({ uuid, settings, kind }: MappingRecord, name: string) {
  const source = settings.EventSourceArn ?? ''
  const words =
    kind === 'sqs'
      ? `An event source mapping with SQS arn (" ${source} ") and function (" ${name} ") already exists.`
      : `The event source arn (" ${source} ") and function (" ${name} ") provided mapping already exists.`
  return conflict(`${words} Please update or delete the existing mapping with UUID ${uuid}`)
}
