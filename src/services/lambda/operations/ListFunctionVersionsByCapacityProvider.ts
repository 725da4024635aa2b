import type {
  FunctionVersionsByCapacityProviderListItem,
  ListFunctionVersionsByCapacityProviderRequest,
  ListFunctionVersionsByCapacityProviderResponse,
} from '@aws-sdk/client-lambda'
import type { Scope } from '../../../kernel/brand.ts'
import type { Operation } from '../../../kernel/operation.ts'
import { providerArn } from '../capacity-providers/names.ts'
import { type ProviderUse, listProviderUses } from '../capacity-providers/tables.ts'
import type { LambdaService } from '../lambda-service.ts'
import { capacityProvidersPerPageMax } from '../limits.ts'
import { arnOf } from '../names.ts'
import { badMarker, pageOf, readMarker } from '../paging.ts'
import { type LambdaDb, type LambdaTables, findFunction } from '../tables.ts'
import { findVersion } from '../versions/tables.ts'

/** By function and version; `$LATEST` of a function counts, too. */
export function ListFunctionVersionsByCapacityProvider(
  service: LambdaService,
): Operation<
  ListFunctionVersionsByCapacityProviderRequest,
  ListFunctionVersionsByCapacityProviderResponse
> {
  return async ({ CapacityProviderName = '', Marker, MaxItems }, context) => {
    const { name } = await service.providers.get(CapacityProviderName, context)
    const limit = MaxItems ?? capacityProvidersPerPageMax
    const db = service.store.reader<LambdaTables>()
    const after = readPlace(Marker)
    const found = await listProviderUses(db, context, name, after, limit + 1)
    const { page, next } = pageOf(found, limit, (use) => `${use.functionName}:${use.version}`)
    const items = await Promise.all(page.map((use) => itemOf(db, context, use)))
    return {
      CapacityProviderArn: providerArn(context, name),
      FunctionVersions: items.filter((item) => item !== undefined),
      ...next,
    }
  }
}

/** Undefined when it was deleted a moment ago. */
async function itemOf(
  db: LambdaDb,
  scope: Scope,
  { functionName, version }: ProviderUse,
): Promise<FunctionVersionsByCapacityProviderListItem | undefined> {
  const record =
    version === '$LATEST'
      ? await findFunction(db, scope, functionName)
      : await findVersion(db, scope, functionName, version)
  if (!record) return undefined
  const arn = arnOf({ scope, name: functionName, qualifier: version })
  return { FunctionArn: arn, State: record.state.is }
}

function readPlace(marker: string | undefined): ProviderUse | undefined {
  const key = readMarker(marker)
  if (key === undefined) return undefined
  const { functionName, version } =
    /^(?<functionName>[^:]+):(?<version>[^:]+)$/.exec(key)?.groups ?? {}
  if (functionName === undefined || version === undefined) throw badMarker()
  return { functionName, version }
}
