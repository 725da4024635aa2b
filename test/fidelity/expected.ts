/**
 * What AWS says of an input that breaks its model: a second telling of the constraints, beside the one in `src/wire`,
 * made from the recorded answers alone (recorded.test.ts holds it against them).
 *
 * Not known, and so not asserted: the order in which several errors are listed (recorded ones follow no rule), and how
 * a structure is printed.
 */
import type { Member, OperationModel, ServiceModel, Shape } from '../../src/model/types.ts'
import type { Input } from './encode.ts'
import { matches } from './values.ts'

/** One error: exact text, or a pattern where a part is not known. */
export type Phrase = string | RegExp

/** Of a refusal by the model. Lambda's and Logs' recorded; IAM's and STS' from "Common Errors" of their references. */
const validationCodes: Readonly<Record<string, string>> = {
  lambda: 'ValidationException',
  logs: 'InvalidParameterException',
  iam: 'ValidationError',
  sts: 'ValidationError',
}

/** Enums that Lambda checks later, in other words: resources.test.ts has them. */
export const laterEnums: ReadonlySet<string> = new Set([
  'CreateFunctionRequest.Runtime',
  'UpdateFunctionConfigurationRequest.Runtime',
])

/** Everything that is wrong with the input, in no order. */
export function expectedPhrases(operation: OperationModel, input: Input): readonly Phrase[] {
  return operation.input === undefined ? [] : structure(operation.input, input, '')
}

/** Whether the message says exactly these, however they are ordered. */
export function saysAll(message: string, phrases: readonly Phrase[]): boolean {
  const errors = phrases.length === 1 ? 'error' : 'errors'
  const head = `${phrases.length} validation ${errors} detected: `
  if (!message.startsWith(head)) return false
  let rest = message.slice(head.length)
  // A longer phrase may begin like a shorter one; a pattern could take in more than its own.
  const [texts, patterns] = [phrases.filter(isText), phrases.filter((each) => !isText(each))]
  for (const phrase of [...texts.toSorted((a, b) => b.length - a.length), ...patterns]) {
    const shorter = rest.replace(phrase, () => '')
    if (shorter === rest) return false
    rest = shorter
  }
  return rest === '; '.repeat(phrases.length - 1)
}

function isText(phrase: Phrase): phrase is string {
  return typeof phrase === 'string'
}

export function headline(service: ServiceModel): { status: number; code: string } {
  return { status: 400, code: validationCodes[service.id] ?? 'ValidationException' }
}

function structure(shape: Shape & { type: 'structure' }, input: Input, path: string): Phrase[] {
  return shape.members.flatMap((member) => {
    const value = input[member.name]
    const at = (path === '' ? '' : `${path}.`) + lowerFirst(member.name)
    if (value === undefined || value === null) {
      return member.required ? [failed(`Value null at '${at}'`, notNull)] : []
    }
    const later = laterEnums.has(`${shape.name}.${member.name}`)
    return [...own(member, value, at, later), ...below(member, value, at)]
  })
}

/** What the value itself breaks. */
function own(member: Member, value: unknown, at: string, later: boolean): Phrase[] {
  const { shape } = member
  return constraintsOf(shape)
    .filter(({ kind, holds }) => !holds(value) && !(later && kind === 'enum'))
    .map(({ words }) => failed(subject(shape, value, at), words))
}

function below({ shape }: Member, value: unknown, at: string): Phrase[] {
  if (shape.type === 'structure') return structure(shape, value as Input, at)
  if (shape.type === 'list') {
    const items = value as readonly unknown[]
    return [
      ...entries('Member', shape, shape.member, items, value, at),
      ...items.flatMap((item, index) => within(shape.member, item, `${at}.${index + 1}.member`)),
    ]
  }
  if (shape.type !== 'map') return []
  const record = value as Input
  return [
    ...entries('Map keys', shape, shape.key, Object.keys(record), value, at),
    ...entries('Map value', shape, shape.value, Object.values(record), value, at),
    ...Object.entries(record).flatMap(([key, item]) =>
      within(shape.value, item, `${at}.${key}.member`),
    ),
  ]
}

/** Scalars in lists and maps are told as a whole, at the aggregate's path; a null entry is told so too. */
function entries(
  who: string,
  aggregate: Shape,
  entry: Member,
  items: readonly unknown[],
  value: unknown,
  at: string,
): Phrase[] {
  const all = constraintsOf(entry.shape)
  const scalars = isAggregate(entry.shape) ? [] : all
  const broken = items.some((item) => item === null || scalars.some(({ holds }) => !holds(item)))
  if (!broken) return []
  const list = [...all.map(({ words }) => words), notNull].join(', ')
  return [failed(subject(aggregate, value, at), `${who} must satisfy constraint: [${list}]`)]
}

function within(entry: Member, item: unknown, at: string): Phrase[] {
  if (item === null || !isAggregate(entry.shape)) return []
  return [...own(entry, item, at, false), ...below(entry, item, at)]
}

const notNull = 'Member must not be null'

interface Constraint {
  readonly kind: 'max' | 'min' | 'pattern' | 'enum'
  readonly words: string
  readonly holds: (value: unknown) => boolean
}

/** In the order of the recorded "Member must satisfy constraint: [...]". */
function constraintsOf(shape: Shape): Constraint[] {
  const { min, max, pattern, enum: values } = shape
  const isNumber = !['string', 'blob', 'list', 'map'].includes(shape.type)
  const measure = isNumber ? 'value' : 'length'
  const size = isNumber ? Number : sizeOf
  const bound = (n: number): string => (/double|float/.test(shape.type) ? n.toFixed(1) : `${n}`)
  const out: Constraint[] = []
  if (max !== undefined) {
    const words = `Member must have ${measure} less than or equal to ${bound(max)}`
    out.push({ kind: 'max', words, holds: (value) => size(value) <= max })
  }
  if (min !== undefined) {
    const words = `Member must have ${measure} greater than or equal to ${bound(min)}`
    out.push({ kind: 'min', words, holds: (value) => size(value) >= min })
  }
  if (pattern !== undefined) {
    const words = `Member must satisfy regular expression pattern: ${pattern}`
    out.push({ kind: 'pattern', words, holds: (value) => matches(shape, value as string) })
  }
  if (values !== undefined) {
    const said = enumOrders[values.toSorted().join()] ?? values
    const words = `Member must satisfy enum value set: [${said.join(', ')}]`
    out.push({ kind: 'enum', words, holds: (value) => values.includes(value as string) })
  }
  return out
}

/** Recorded from Lambda, by the values in order; those of other enums were recorded as the model has them. */
const enumOrders: Readonly<Record<string, readonly string[]>> = {
  'BUFFERED,RESPONSE_STREAM': ['RESPONSE_STREAM', 'BUFFERED'],
  'AT_TIMESTAMP,LATEST,TRIM_HORIZON': ['LATEST', 'AT_TIMESTAMP', 'TRIM_HORIZON'],
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length
  if (value instanceof Uint8Array) return value.byteLength
  return Object.keys(value as object).length
}

function isAggregate({ type }: Shape): boolean {
  return type === 'structure' || type === 'list' || type === 'map'
}

function failed(who: Phrase, words: string): Phrase {
  const tail = ` failed to satisfy constraint: ${words}`
  return typeof who === 'string' ? who + tail : new RegExp(who.source + escape(tail))
}

/** As long as lambdad's, which cuts what it says back; AWS says it whole. */
const saidMax = 4096

function subject(shape: Shape, value: unknown, at: string): Phrase {
  if (isSensitive(shape)) return `Value at '${at}'`
  const text = javaText(shape, value)
  if (text === undefined) return new RegExp(`Value '[^]{0,${saidMax}}' at '${escape(at)}'`)
  return `Value '${text.slice(0, saidMax)}' at '${at}'`
}

/** Also when what is sensitive is somewhere inside: nobody may read it in an error. */
function isSensitive(shape: Shape, seen: readonly Shape[] = []): boolean {
  if (shape.sensitive === true) return true
  if (seen.includes(shape)) return false
  const path = [...seen, shape]
  if (shape.type === 'list') return isSensitive(shape.member.shape, path)
  if (shape.type === 'map')
    return isSensitive(shape.key.shape, path) || isSensitive(shape.value.shape, path)
  return shape.type === 'structure' && shape.members.some((each) => isSensitive(each.shape, path))
}

/** Java's toString; undefined for structures. */
function javaText(shape: Shape, value: unknown): string | undefined {
  if (value === null || value === undefined) return 'null'
  if (shape.type === 'list') {
    const items = (value as readonly unknown[]).map((item) => javaText(shape.member.shape, item))
    return items.includes(undefined) ? undefined : `[${items.join(', ')}]`
  }
  if (shape.type === 'map') {
    const pairs = Object.entries(value).map(([key, item]) => [
      key,
      javaText(shape.value.shape, item),
    ])
    if (pairs.some(([, item]) => item === undefined)) return undefined
    return `{${pairs.map(([key, item]) => `${key}=${item}`).join(', ')}}`
  }
  if (shape.type === 'structure') return undefined
  if (/double|float/.test(shape.type) && Number.isInteger(value))
    return (value as number).toFixed(1)
  if (value instanceof Uint8Array) {
    return `java.nio.HeapByteBuffer[pos=0 lim=${value.byteLength} cap=${value.byteLength}]`
  }
  return (value as string | number | boolean).toString()
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
