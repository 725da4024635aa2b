/** Log groups and streams as the operations and the sink need them: found or refused, found or made. */
import type { Scope } from '../../kernel/brand.ts'
import { randomHex } from '../../kernel/ids.ts'
import { type GroupReference, groupName } from './names.ts'
import { noGroup, noStream } from './rules.ts'
import type { LogGroup, LogStream } from './state.ts'
import { type Db, findGroup, findStream, insertGroup, insertStream } from './tables.ts'

/** @throws ServiceError when there is no such group. */
export async function requireGroup(
  db: Db,
  reference: GroupReference,
  scope: Scope,
): Promise<LogGroup> {
  const group = await findGroup(db, scope, groupName(reference, scope))
  if (!group) throw noGroup()
  return group
}

/** @throws ServiceError when the group has no such stream. */
export async function requireStream(db: Db, group: LogGroup, name: string): Promise<LogStream> {
  const stream = await findStream(db, group, name)
  if (!stream) throw noStream()
  return stream
}

export function newGroup(scope: Scope, name: string, nowMs: number): LogGroup {
  const { account, region } = scope
  return {
    account,
    region,
    id: newId(),
    name,
    createdMs: nowMs,
    storedBytes: 0,
    retentionDays: undefined,
    logGroupClass: 'STANDARD',
    isProtected: false,
    metricFilterCount: 0,
  }
}

export function newStream(
  group: LogGroup,
  name: string,
  nowMs: number,
  isAutomatic: boolean,
): LogStream {
  return {
    id: newId(),
    groupId: group.id,
    name,
    createdMs: nowMs,
    isAutomatic,
    events: undefined,
    nextSequence: 0,
    storedBytes: 0,
  }
}

/** The stream of that name, made with its group when they are not there. For a transaction. */
export async function openStream(
  db: Db,
  scope: Scope,
  group: string,
  stream: string,
  nowMs: number,
): Promise<LogStream> {
  const foundGroup = await findGroup(db, scope, group)
  const logGroup = foundGroup ?? newGroup(scope, group, nowMs)
  if (!foundGroup) await insertGroup(db, logGroup)
  const foundStream = await findStream(db, logGroup, stream)
  const logStream = foundStream ?? newStream(logGroup, stream, nowMs, true)
  if (!foundStream) await insertStream(db, logStream)
  return logStream
}

function newId(): string {
  return randomHex(16)
}
