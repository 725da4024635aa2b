import type { ListFunctionsRequest, ListFunctionsResponse } from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import type { Scope } from '../../../kernel/brand.ts'
import { functionConfiguration, withoutState } from '../configuration.ts'
import type { LambdaService } from '../lambda-service.ts'
import { functionsPerPageMax } from '../limits.ts'
import { badMarker, pageOf, readMarker } from '../paging.ts'
import type { FunctionRecord, VersionRecord } from '../state.ts'
import { type LambdaTables, listFunctions } from '../tables.ts'
import { listAllVersions } from '../versions/tables.ts'

/** By name; at most 50 a page, whatever MaxItems says. The list leaves the states out, as on AWS. */
export function ListFunctions(
  service: LambdaService,
): Operation<ListFunctionsRequest, ListFunctionsResponse> {
  return async (input, context) => {
    // Functions replicated from another region exist for Lambda@Edge alone: there are none here.
    if (input.MasterRegion !== undefined && input.MasterRegion !== 'ALL') {
      if (input.MasterRegion !== context.region) return { Functions: [] }
    }
    const limit = Math.min(input.MaxItems ?? functionsPerPageMax, functionsPerPageMax)
    if (input.FunctionVersion === 'ALL') return await listAll(service, input.Marker, context, limit)
    const db = service.store.reader<LambdaTables>()
    const records = await listFunctions(db, context, readMarker(input.Marker) ?? '', limit + 1)
    const { page, next } = pageOf(records, limit, (record) => record.name)
    return { Functions: page.map((record) => withoutState(functionConfiguration(record))), ...next }
  }
}

/** Every version under its own ARN: by name, `$LATEST` before the published ones. */
async function listAll(
  service: LambdaService,
  marker: string | undefined,
  scope: Scope,
  limit: number,
): Promise<ListFunctionsResponse> {
  const after = readPlace(marker)
  const db = service.store.reader<LambdaTables>()
  // As many of each as could all be on the page; what is merged is cut to it.
  const latest = await listFunctions(db, scope, after.name, limit + 1)
  const published = await listAllVersions(db, scope, after, limit + 1)
  const all = [...latest, ...published].toSorted(byPlace).slice(0, limit + 1)
  const { page, next } = pageOf(all, limit, (record) => `${record.name}:${numberOf(record)}`)
  return {
    Functions: page.map((record) =>
      withoutState(functionConfiguration(record, 'version' in record ? record.version : '$LATEST')),
    ),
    ...next,
  }
}

type Listed = FunctionRecord | VersionRecord

/** 0 is `$LATEST`. */
function numberOf(record: Listed): number {
  return 'version' in record ? Number(record.version) : 0
}

function byPlace(one: Listed, other: Listed): number {
  if (one.name !== other.name) return one.name < other.name ? -1 : 1
  return numberOf(one) - numberOf(other)
}

function readPlace(marker: string | undefined): { name: string; version: number } {
  const key = readMarker(marker)
  if (key === undefined) return { name: '', version: 0 }
  const { name, number } = /^(?<name>[^:]+):(?<number>\d+)$/.exec(key)?.groups ?? {}
  if (name === undefined) throw badMarker()
  return { name, version: Number(number) }
}
