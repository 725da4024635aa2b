/**
 * The SQL of log groups and streams; that of their events is in events/tables.ts.
 *
 * Deleted streams leave their events behind, listed in `logs_doomed_streams`, for events/sweeper.ts.
 */
import type { Expression, ExpressionBuilder, Kysely, SqlBool } from 'kysely'
import type { Scope } from '../../kernel/brand.ts'
import type { Migration } from '../../store/store.ts'
import type { LogGroup, LogGroupClass, LogStream } from './state.ts'

export interface LogsTables {
  logs_groups: {
    id: string
    account: string
    region: string
    name: string
    created_ms: number
    stored_bytes: number
    retention_days: number | null
    class: LogGroupClass
    /** 0 or 1. */
    protected: number
  }
  /** Of groups. */
  logs_tags: { group_id: string; key: string; value: string }
  logs_metric_filters: {
    group_id: string
    name: string
    created_ms: number
    pattern: string
    /** How many regular expressions the pattern has. */
    regexes: number
    /** Of what it makes: the metric that is looked for, and all of it as JSON. */
    metric_namespace: string
    metric_name: string
    transformation: string
  }
  logs_streams: {
    id: string
    group_id: string
    name: string
    created_ms: number
    /** 0 or 1. */
    automatic: number
    /** The three are -1 while the stream has no events: an index orders by them. */
    first_event_ms: number
    last_event_ms: number
    last_ingestion_ms: number
    next_sequence: number
    stored_bytes: number
  }
  logs_doomed_streams: { stream_id: string }
}

export type Db = Kysely<LogsTables>

export const groupMigrations: readonly Migration[] = [
  { id: 'logs-0001-groups-and-streams', up: createGroupsAndStreams },
  { id: 'logs-0004-settings', up: createSettings },
]

async function createGroupsAndStreams(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('logs_groups')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('region', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('created_ms', 'bigint', (column) => column.notNull())
    .addColumn('stored_bytes', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('logs_groups_name', ['account', 'region', 'name'])
    .execute()
  await db.schema
    .createTable('logs_streams')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('group_id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('created_ms', 'bigint', (column) => column.notNull())
    .addColumn('first_event_ms', 'bigint', (column) => column.notNull())
    .addColumn('last_event_ms', 'bigint', (column) => column.notNull())
    .addColumn('last_ingestion_ms', 'bigint', (column) => column.notNull())
    .addColumn('next_sequence', 'bigint', (column) => column.notNull())
    .addColumn('stored_bytes', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('logs_streams_name', ['group_id', 'name'])
    .execute()
  await db.schema
    .createIndex('logs_streams_time')
    .on('logs_streams')
    .columns(['group_id', 'last_event_ms', 'name'])
    .execute()
  await db.schema
    .createTable('logs_doomed_streams')
    .addColumn('stream_id', 'text', (column) => column.notNull().primaryKey())
    .execute()
}

/** What a group can be given beside its name, and whose doing a stream is. */
async function createSettings(db: Kysely<unknown>): Promise<void> {
  const alter = () => db.schema.alterTable('logs_groups')
  await alter().addColumn('retention_days', 'bigint').execute()
  await alter()
    .addColumn('class', 'text', (column) => column.notNull().defaultTo('STANDARD'))
    .execute()
  await alter()
    .addColumn('protected', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute()
  // Of an older lambdad's, nobody knows: it treated all as its own.
  await db.schema
    .alterTable('logs_streams')
    .addColumn('automatic', 'bigint', (column) => column.notNull().defaultTo(1))
    .execute()
  await db.schema
    .createTable('logs_tags')
    .addColumn('group_id', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('logs_tags_key', ['group_id', 'key'])
    .execute()
  await db.schema
    .createTable('logs_metric_filters')
    .addColumn('group_id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('created_ms', 'bigint', (column) => column.notNull())
    .addColumn('pattern', 'text', (column) => column.notNull())
    .addColumn('regexes', 'bigint', (column) => column.notNull())
    .addColumn('metric_namespace', 'text', (column) => column.notNull())
    .addColumn('metric_name', 'text', (column) => column.notNull())
    .addColumn('transformation', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('logs_metric_filters_key', ['group_id', 'name'])
    .execute()
}

// ---- groups ----

export async function findGroup(db: Db, scope: Scope, name: string): Promise<LogGroup | undefined> {
  const [group] = await listGroups(db, scope, { names: [name] }, '', 1)
  return group
}

/** What groups a list is of; all of them when nothing is set. */
export interface GroupFilter {
  readonly prefix?: string | undefined
  /** A part of the name, case-sensitive. */
  readonly part?: string | undefined
  readonly names?: readonly string[] | undefined
  readonly classes?: readonly LogGroupClass[] | undefined
}

/** At most `limit` groups whose names come after `afterName`, by name. */
export async function listGroups(
  db: Db,
  scope: Scope,
  filter: GroupFilter,
  afterName: string,
  limit: number,
): Promise<LogGroup[]> {
  const { prefix, part, names, classes } = filter
  let query = db
    .selectFrom('logs_groups')
    .selectAll()
    .select((eb) =>
      eb
        .selectFrom('logs_metric_filters')
        .whereRef('group_id', '=', 'logs_groups.id')
        .select((count) => count.fn.countAll<number>().as('count'))
        .as('metric_filters'),
    )
    .where('account', '=', scope.account)
    .where('region', '=', scope.region)
    .where('name', '>', afterName)
  if (prefix) query = query.where((where) => hasPrefix(where.ref('name'), where, prefix))
  // LIKE ignores case in one of the dialects; this does not, in either.
  if (part) {
    query = query.where((where) =>
      where(
        where.fn<string>('replace', ['name', where.val(part), where.val('')]),
        '<>',
        where.ref('name'),
      ),
    )
  }
  if (names) query = query.where('name', 'in', names)
  if (classes) query = query.where('class', 'in', classes)
  const rows = await query.orderBy('name').limit(limit).execute()
  return rows.map((row) => ({
    account: scope.account,
    region: scope.region,
    id: row.id,
    name: row.name,
    createdMs: row.created_ms,
    storedBytes: row.stored_bytes,
    retentionDays: row.retention_days ?? undefined,
    logGroupClass: row.class,
    isProtected: row.protected === 1,
    metricFilterCount: row.metric_filters ?? 0,
  }))
}

/** Where the groups are, of all accounts, whose events expire. */
export async function listExpiringGroups(db: Db): Promise<(Scope & { readonly name: string })[]> {
  const rows = await db
    .selectFrom('logs_groups')
    .select(['account', 'region', 'name'])
    .where('retention_days', 'is not', null)
    .execute()
  return rows as (Scope & { readonly name: string })[]
}

export async function insertGroup(db: Db, group: LogGroup): Promise<void> {
  await db
    .insertInto('logs_groups')
    .values({
      id: group.id,
      account: group.account,
      region: group.region,
      name: group.name,
      created_ms: group.createdMs,
      stored_bytes: group.storedBytes,
      ...settingsOf(group),
    })
    .execute()
}

/** Stores what a group can be given anew. */
export async function updateGroup(db: Db, group: LogGroup): Promise<void> {
  await db.updateTable('logs_groups').set(settingsOf(group)).where('id', '=', group.id).execute()
}

function settingsOf(group: LogGroup) {
  return {
    retention_days: group.retentionDays ?? null,
    class: group.logGroupClass,
    protected: group.isProtected ? 1 : 0,
  }
}

export async function deleteGroup(db: Db, group: LogGroup): Promise<void> {
  await db
    .insertInto('logs_doomed_streams')
    .columns(['stream_id'])
    .expression(db.selectFrom('logs_streams').select('id').where('group_id', '=', group.id))
    .execute()
  await db.deleteFrom('logs_streams').where('group_id', '=', group.id).execute()
  await db.deleteFrom('logs_tags').where('group_id', '=', group.id).execute()
  await db.deleteFrom('logs_metric_filters').where('group_id', '=', group.id).execute()
  await db.deleteFrom('logs_groups').where('id', '=', group.id).execute()
}

// ---- streams ----

export async function findStreams(
  db: Db,
  group: LogGroup,
  names: readonly string[],
): Promise<LogStream[]> {
  const rows = await db
    .selectFrom('logs_streams')
    .selectAll()
    .where('group_id', '=', group.id)
    .where('name', 'in', names)
    .execute()
  return rows.map(readStream)
}

export async function findStream(
  db: Db,
  group: LogGroup,
  name: string,
): Promise<LogStream | undefined> {
  const [stream] = await findStreams(db, group, [name])
  return stream
}

export interface StreamListing {
  readonly by: 'name' | 'lastEvent'
  readonly prefix?: string | undefined
  readonly descending: boolean
  /** The last one of the page before; `lastMs` is -1 for a stream without events. */
  readonly after: { readonly lastMs: number; readonly name: string } | undefined
  readonly limit: number
}

export async function listStreams(
  db: Db,
  group: LogGroup,
  listing: StreamListing,
): Promise<LogStream[]> {
  const { by, prefix, descending, after, limit } = listing
  const direction = descending ? 'desc' : 'asc'
  const beyond = descending ? '<' : '>'
  let query = db.selectFrom('logs_streams').selectAll().where('group_id', '=', group.id)
  if (prefix) query = query.where((where) => hasPrefix(where.ref('name'), where, prefix))
  if (by === 'name') {
    if (after) query = query.where('name', beyond, after.name)
    query = query.orderBy('name', direction)
  } else {
    if (after) {
      query = query.where((where) =>
        where(
          where.refTuple('last_event_ms', 'name'),
          beyond,
          where.tuple(after.lastMs, after.name),
        ),
      )
    }
    query = query.orderBy('last_event_ms', direction).orderBy('name', direction)
  }
  const rows = await query.limit(limit).execute()
  return rows.map(readStream)
}

export async function insertStream(db: Db, stream: LogStream): Promise<void> {
  const { id, groupId, name, createdMs, nextSequence, storedBytes } = stream
  await db
    .insertInto('logs_streams')
    .values({
      id,
      group_id: groupId,
      name,
      created_ms: createdMs,
      automatic: stream.isAutomatic ? 1 : 0,
      first_event_ms: -1,
      last_event_ms: -1,
      last_ingestion_ms: -1,
      next_sequence: nextSequence,
      stored_bytes: storedBytes,
    })
    .execute()
}

export async function deleteStream(db: Db, stream: LogStream): Promise<void> {
  await db.insertInto('logs_doomed_streams').values({ stream_id: stream.id }).execute()
  await db.deleteFrom('logs_streams').where('id', '=', stream.id).execute()
  await db
    .updateTable('logs_groups')
    .set((eb) => ({ stored_bytes: eb('stored_bytes', '-', stream.storedBytes) }))
    .where('id', '=', stream.groupId)
    .execute()
}

function readStream(row: LogsTables['logs_streams']): LogStream {
  return {
    id: row.id,
    groupId: row.group_id,
    name: row.name,
    createdMs: row.created_ms,
    isAutomatic: row.automatic === 1,
    events:
      row.last_event_ms < 0
        ? undefined
        : {
            firstMs: row.first_event_ms,
            lastMs: row.last_event_ms,
            lastIngestionMs: row.last_ingestion_ms,
          },
    nextSequence: row.next_sequence,
    storedBytes: row.stored_bytes,
  }
}

/** The last character there is: every name with the prefix sorts before prefix and this. */
export function hasPrefix<Tables, Table extends keyof Tables>(
  name: Expression<string>,
  where: ExpressionBuilder<Tables, Table>,
  prefix: string,
): Expression<SqlBool> {
  return where.and([where(name, '>=', prefix), where(name, '<', `${prefix}\u{10ffff}`)])
}
