import type {
  ListVersionsByFunctionRequest,
  ListVersionsByFunctionResponse,
} from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import { functionConfiguration, withoutState } from '../configuration.ts'
import type { LambdaService } from '../lambda-service.ts'
import { versionsPerPageMax } from '../limits.ts'
import { notFound } from '../names.ts'
import { accessibleFunction } from '../permissions/access.ts'
import { badMarker, pageOf, readMarker } from '../paging.ts'
import type { LambdaTables } from '../tables.ts'
import { listVersions } from '../versions/tables.ts'

/** `$LATEST` first, then by number. The list leaves the states out, as on AWS. */
export function ListVersionsByFunction(
  service: LambdaService,
): Operation<ListVersionsByFunctionRequest, ListVersionsByFunctionResponse> {
  return async (input, context) => {
    const { FunctionName = '', Marker, MaxItems } = input
    const named = await accessibleFunction(service, FunctionName, context, 'ListVersionsByFunction')
    const { scope, name } = named
    const found = await service.functions.find(scope, name)
    if (!found) throw notFound(named)
    const limit = Math.min(MaxItems ?? versionsPerPageMax, versionsPerPageMax)
    const after = readMarker(Marker)
    if (after !== undefined && !/^(\d+|\$LATEST)$/.test(after)) {
      throw badMarker()
    }
    const db = service.store.reader<LambdaTables>()
    const number = after === undefined || after === '$LATEST' ? 0 : Number(after)
    const published = await listVersions(db, scope, name, number, limit + 1)
    const all = after === undefined ? [found.record, ...published] : published
    const versionOf = (record: (typeof all)[number]): string =>
      'version' in record ? record.version : '$LATEST'
    const { page, next } = pageOf(all, limit, versionOf)
    return {
      Versions: page.map((record) =>
        withoutState(functionConfiguration(record, versionOf(record))),
      ),
      ...next,
    }
  }
}
