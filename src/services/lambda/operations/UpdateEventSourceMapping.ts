import type {
  EventSourceMappingConfiguration,
  UpdateEventSourceMappingRequest,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { checkSettled, existingOf, mappingNotFound } from '../event-sources/find.ts'
import { mappingConfiguration } from '../event-sources/mapping.ts'
import { checkMapping } from '../event-sources/rules.ts'
import type { LambdaService } from '../lambda-service.ts'
import { arnOf, parseFunctionName } from '../names.ts'
import { refuseIsolated } from '../tenancy.ts'

/** 202: Updating, then Enabled or Disabled. What the request leaves out stays. */
export function UpdateEventSourceMapping(
  service: LambdaService,
): Operation<UpdateEventSourceMappingRequest, EventSourceMappingConfiguration> {
  return async (input, context) => {
    const { UUID = '', FunctionName, Enabled, ...changes } = input
    const named =
      FunctionName === undefined
        ? undefined
        : parseFunctionName(FunctionName, undefined, context, 'UpdateEventSourceMapping')
    const given = Object.entries(changes).filter(([, value]) => value !== undefined)
    const updated = await service.mappings.change(
      'LAMBDA:UPDATE_MAPPING',
      context,
      UUID,
      async (mapping, db) => {
        checkSettled(mapping, 'update')
        if (named) refuseIsolated((await existingOf(db, named)).config, 'An event source mapping')
        const nowMs = service.clock.nowMs()
        const settings = { ...mapping.settings, ...Object.fromEntries(given) }
        checkMapping(mapping.kind, settings, nowMs)
        return {
          ...mapping,
          ...(named ? { functionName: named.name, functionArn: arnOf(named) } : {}),
          settings,
          isEnabled: Enabled ?? mapping.isEnabled,
          state: 'Updating',
          lastModifiedMs: nowMs,
        }
      },
    )
    if (!updated) throw mappingNotFound()
    service.mappings.begin(updated)
    return mappingConfiguration(updated)
  }
}
