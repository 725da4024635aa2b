/**
 * How a botocore `service-2.json` becomes a table: an allow-list of traits, so that documentation and
 * whatever botocore adds for its own client stay out, and only shapes that an operation or an
 * exception reaches.
 */
import type {
  ErrorTraits,
  MemberTable,
  OperationTableEntry,
  ProtocolId,
  ServiceTable,
  ShapeTable,
  XmlNamespace,
} from '../src/model/types.ts'
import { overlays } from './model-overlays.ts'
import type { Selection } from './model-selection.ts'

type Traits = Record<string, unknown>

interface BotocoreOperation {
  readonly http: {
    readonly method: string
    readonly requestUri: string
    readonly responseCode?: number
  }
  readonly input?: {
    readonly shape: string
    readonly locationName?: string
    readonly xmlNamespace?: XmlNamespace
  }
  readonly output?: { readonly shape: string; readonly resultWrapper?: string }
  readonly errors?: readonly { readonly shape: string }[]
  readonly endpoint?: { readonly hostPrefix?: string }
}

interface BotocoreMember extends Traits {
  readonly shape: string
}

export interface BotocoreShape extends Traits {
  readonly type: string
  readonly members?: Readonly<Record<string, BotocoreMember>>
  readonly member?: BotocoreMember
  readonly key?: BotocoreMember
  readonly value?: BotocoreMember
  readonly error?: ErrorTraits
}

export interface BotocoreModel {
  readonly metadata: {
    readonly apiVersion: string
    readonly endpointPrefix: string
    readonly serviceId: string
    readonly signingName?: string
    readonly protocols: readonly string[]
    readonly targetPrefix?: string
    readonly jsonVersion?: '1.0' | '1.1'
    readonly xmlNamespace?: string | XmlNamespace
    readonly awsQueryCompatible?: object
  }
  readonly operations: Readonly<Record<string, BotocoreOperation>>
  readonly shapes: Readonly<Record<string, BotocoreShape>>
}

const protocolIds: Readonly<Record<string, ProtocolId>> = {
  json: 'awsJson',
  'rest-json': 'restJson1',
  'rest-xml': 'restXml',
  query: 'awsQuery',
  ec2: 'ec2Query',
  'smithy-rpc-v2-cbor': 'rpcv2Cbor',
}

const memberTraits = [
  ...['shape', 'location', 'locationName', 'queryName', 'flattened', 'xmlAttribute'],
  ...['xmlNamespace', 'timestampFormat', 'jsonvalue', 'streaming', 'idempotencyToken'],
  ...['hostLabel', 'box', 'eventpayload', 'eventheader'],
]

const shapeTraits = [
  ...['type', 'min', 'max', 'pattern', 'enum', 'sensitive', 'flattened', 'jsonvalue', 'streaming'],
  ...['box', 'timestampFormat', 'locationName', 'xmlNamespace', 'payload', 'exception', 'fault'],
  ...['event', 'eventstream', 'union', 'document', 'required'],
]

export function toTable(base: BotocoreModel, selection: Selection, source: string): ServiceTable {
  const model = overlays[selection.id]?.(base) ?? base
  const { metadata } = model
  const namespace = metadata.xmlNamespace
  const names = selection.operations ?? Object.keys(model.operations)
  const operations = names.toSorted().map((name) => [name, operationEntry(model, name)] as const)
  const protocols = metadata.protocols.map((protocol) => must(protocolIds[protocol], protocol))
  return {
    source,
    id: selection.id,
    serviceId: metadata.serviceId,
    apiVersion: metadata.apiVersion,
    signingName: metadata.signingName ?? metadata.endpointPrefix,
    protocols,
    ...defined({
      targetPrefix: metadata.targetPrefix,
      jsonVersion: metadata.jsonVersion,
      xmlNamespace: typeof namespace === 'object' ? namespace.uri : namespace,
      queryCompatible: metadata.awsQueryCompatible === undefined ? undefined : true,
    }),
    operations: Object.fromEntries(operations),
    shapes: reachableShapes(model, names, selection.operations === undefined),
  }
}

function operationEntry(model: BotocoreModel, name: string): OperationTableEntry {
  const operation = must(model.operations[name], name)
  const status = operation.http.responseCode
  return {
    method: operation.http.method,
    uri: operation.http.requestUri,
    ...defined({
      status: status === 200 ? undefined : status,
      hostPrefix: operation.endpoint?.hostPrefix,
      input: operation.input?.shape,
      output: operation.output?.shape,
      resultWrapper: operation.output?.resultWrapper,
      inputName: operation.input?.locationName,
      inputNamespace: operation.input?.xmlNamespace,
    }),
  }
}

/** Every shape the operations reach, and with `allErrors` every exception, in order of name. */
function reachableShapes(
  model: BotocoreModel,
  operations: readonly string[],
  allErrors: boolean,
): Readonly<Record<string, ShapeTable>> {
  const pending = operations.flatMap((name) => {
    const { input, output, errors = [] } = must(model.operations[name], name)
    return [input, output, ...errors].filter((use) => use !== undefined).map((use) => use.shape)
  })
  if (allErrors) {
    const exceptions = Object.entries(model.shapes).filter(([, shape]) => shape['exception'])
    pending.push(...exceptions.map(([name]) => name))
  }
  const reached = new Map<string, ShapeTable>()
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (reached.has(name)) continue
    const shape = must(model.shapes[name], name)
    reached.set(name, shapeEntry(shape))
    pending.push(...membersOf(shape).map((member) => member.shape))
  }
  return Object.fromEntries([...reached].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function membersOf(shape: BotocoreShape): readonly BotocoreMember[] {
  const { members = {}, member, key, value } = shape
  return [...Object.values(members), member, key, value].filter((each) => each !== undefined)
}

function shapeEntry(shape: BotocoreShape): ShapeTable {
  const entry: Traits = pick(shape, shapeTraits)
  if (shape.error !== undefined) {
    entry['error'] = pick({ ...shape.error }, ['code', 'httpStatusCode', 'senderFault'])
  }
  if (shape.members !== undefined) {
    const members = Object.entries(shape.members)
    entry['members'] = Object.fromEntries(
      members.map(([name, member]) => [name, memberEntry(member)]),
    )
  }
  if (shape.member !== undefined) entry['member'] = memberEntry(shape.member)
  if (shape.key !== undefined) entry['key'] = memberEntry(shape.key)
  if (shape.value !== undefined) entry['value'] = memberEntry(shape.value)
  return entry as unknown as ShapeTable
}

function memberEntry(member: BotocoreMember): MemberTable {
  return pick(member, memberTraits) as unknown as MemberTable
}

/** The named traits that are there, in the given order. */
function pick(from: Readonly<Traits>, names: readonly string[]): Traits {
  return Object.fromEntries(
    names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]),
  )
}

function defined<T extends object>(value: T): { [Key in keyof T]?: NonNullable<T[Key]> } {
  const entries = Object.entries(value).filter(([, each]) => each !== undefined)
  return Object.fromEntries(entries) as { [Key in keyof T]?: NonNullable<T[Key]> }
}

function must<T>(value: T | undefined, name: string): T {
  if (value === undefined)
    throw new Error(`the botocore model has no ${name}, or we do not know it`)
  return value
}
