import type {
  ListLogGroupsRequest,
  ListLogGroupsResponse,
  TagFilter,
} from '@aws-sdk/client-cloudwatch-logs'
import type { Operation } from '../../../kernel/operation.ts'
import type { LogsDeps } from '../deps.ts'
import { groupsPerQuery, listPageDefault } from '../limits.ts'
import { groupArn } from '../names.ts'
import type { LogGroup } from '../state.ts'
import { tagsOf } from '../tag-tables.ts'
import { type Db, type LogsTables, listGroups } from '../tables.ts'
import { listToken, readListToken } from '../tokens.ts'

/** By name. Groups of lambdad have neither data sources nor field indexes: filters by these find none. */
export function ListLogGroups(
  service: LogsDeps,
): Operation<ListLogGroupsRequest, ListLogGroupsResponse> {
  return async (input, context) => {
    const { limit = listPageDefault, nextToken, logGroupClass, accountIdentifiers = [] } = input
    const [first] = nextToken === undefined ? [''] : readListToken(kind, ['string'], nextToken)
    const isElsewhere =
      accountIdentifiers.length > 0 && !accountIdentifiers.includes(context.account)
    if (isElsewhere || input.dataSources || input.fieldIndexNames || logGroupClass === 'DELIVERY') {
      return { logGroups: [] }
    }
    await service.flush()
    const db = service.store.reader<LogsTables>()
    const classes = logGroupClass && [logGroupClass]
    const found: LogGroup[] = []
    let after: string | undefined = first
    while (after !== undefined && found.length <= limit) {
      const groups: LogGroup[] = await listGroups(db, context, { classes }, after, groupsPerQuery)
      found.push(...(await select(db, groups, input)))
      after = groups.length < groupsPerQuery ? undefined : groups.at(-1)?.name
    }
    const page = found.slice(0, limit)
    const last = page.at(-1)
    return {
      logGroups: page.map((group) => ({
        logGroupName: group.name,
        logGroupArn: groupArn(group, group.name),
        logGroupClass: group.logGroupClass,
      })),
      ...(last && found.length > limit ? { nextToken: listToken(kind, last.name) } : {}),
    }
  }
}

const kind = 'list of groups'

async function select(
  db: Db,
  groups: readonly LogGroup[],
  { logGroupNamePattern, logGroupTags = [] }: ListLogGroupsRequest,
): Promise<LogGroup[]> {
  const isNamed = compileNames(logGroupNamePattern)
  const named = groups.filter(({ name }) => isNamed(name))
  if (logGroupTags.length === 0 || named.length === 0) return named
  const tags = await tagsOf(db, named)
  return named.filter(({ id }) => logGroupTags.every((filter) => hasTag(tags.get(id), filter)))
}

/** Parts of names, or with `^` their beginnings, with `|` between them; the model lets nothing else through. */
function compileNames(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true
  const parts = pattern.split('|')
  return (name) =>
    parts.some((part) =>
      part.startsWith('^') ? name.startsWith(part.slice(1)) : name.includes(part),
    )
}

function hasTag(tags: ReadonlyMap<string, string> = new Map(), filter: TagFilter): boolean {
  const value = tags.get(filter.key ?? '')
  if (value === undefined) return false
  const wanted = filter.values ?? []
  return wanted.length === 0 || wanted.some((each) => isValue(value, each))
}

/** `!` before it negates; with a `*` at its beginning or end, case does not count (API reference). */
function isValue(value: string, wanted: string): boolean {
  if (wanted.startsWith('!')) return !isValue(value, wanted.slice(1))
  const [isOpenBefore, isOpenAfter] = [wanted.startsWith('*'), wanted.endsWith('*')]
  if (!isOpenBefore && !isOpenAfter) return value === wanted
  const text = wanted.replace(/^\*|\*$/g, '').toLowerCase()
  const lower = value.toLowerCase()
  if (isOpenBefore && isOpenAfter) return lower.includes(text)
  return isOpenBefore ? lower.endsWith(text) : lower.startsWith(text)
}
