/** The SQL of metric filters. */
import type { Kysely } from 'kysely'
import type { MetricTransformation } from '@aws-sdk/client-cloudwatch-logs'
import type { Scope } from '../../kernel/brand.ts'
import type { LogGroup } from './state.ts'
import { type LogsTables, hasPrefix } from './tables.ts'

type Db = Kysely<LogsTables>

export interface MetricFilterRecord {
  readonly name: string
  readonly logGroupName: string
  readonly createdMs: number
  readonly pattern: string
  /** How many regular expressions the pattern has. */
  readonly regexes: number
  readonly transformation: MetricTransformation
}

/** Which metric filters a list is of; all of the account and region when nothing is set. */
export interface MetricFilterListing {
  readonly group?: LogGroup | undefined
  readonly prefix?: string | undefined
  readonly metric?: { readonly namespace: string; readonly name: string } | undefined
  /** The last one of the page before. */
  readonly after?: { readonly name: string; readonly logGroupName: string } | undefined
  readonly limit: number
}

/** By their names, then by those of their groups. */
export async function listMetricFilters(
  db: Db,
  scope: Scope,
  { group, prefix, metric, after, limit }: MetricFilterListing,
): Promise<MetricFilterRecord[]> {
  let query = db
    .selectFrom('logs_metric_filters as filters')
    .innerJoin('logs_groups as groups', 'groups.id', 'filters.group_id')
    .select(['filters.name', 'filters.created_ms', 'filters.pattern', 'filters.regexes'])
    .select(['filters.transformation', 'groups.name as group_name'])
    .where('groups.account', '=', scope.account)
    .where('groups.region', '=', scope.region)
  if (group) query = query.where('filters.group_id', '=', group.id)
  if (prefix) query = query.where((where) => hasPrefix(where.ref('filters.name'), where, prefix))
  if (metric) {
    query = query
      .where('filters.metric_namespace', '=', metric.namespace)
      .where('filters.metric_name', '=', metric.name)
  }
  if (after) {
    query = query.where((where) =>
      where(
        where.refTuple('filters.name', 'groups.name'),
        '>',
        where.tuple(after.name, after.logGroupName),
      ),
    )
  }
  const rows = await query.orderBy('filters.name').orderBy('groups.name').limit(limit).execute()
  return rows.map((row) => ({
    name: row.name,
    logGroupName: row.group_name,
    createdMs: row.created_ms,
    pattern: row.pattern,
    regexes: row.regexes,
    transformation: JSON.parse(row.transformation) as MetricTransformation,
  }))
}

/** Adds it, in place of one of its name. */
export async function putMetricFilter(
  db: Db,
  group: LogGroup,
  filter: MetricFilterRecord,
): Promise<void> {
  await deleteMetricFilter(db, group, filter.name)
  const { metricNamespace = '', metricName = '' } = filter.transformation
  await db
    .insertInto('logs_metric_filters')
    .values({
      group_id: group.id,
      name: filter.name,
      created_ms: filter.createdMs,
      pattern: filter.pattern,
      regexes: filter.regexes,
      metric_namespace: metricNamespace,
      metric_name: metricName,
      transformation: JSON.stringify(filter.transformation),
    })
    .execute()
}

/** @returns whether there was one. */
export async function deleteMetricFilter(db: Db, group: LogGroup, name: string): Promise<boolean> {
  const deleted = await db
    .deleteFrom('logs_metric_filters')
    .where('group_id', '=', group.id)
    .where('name', '=', name)
    .returning('name')
    .execute()
  return deleted.length > 0
}
