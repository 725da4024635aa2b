/** The words of AWS's validation errors; recorded forms are the tests of `constraints.ts`. */
import type { Member, Shape } from '../model/types.ts'

export const notNull = 'Member must not be null'

/** What each constraint of a scalar's shape says, in the order AWS lists them. */
function describeShape(shape: Shape): readonly string[] {
  const words: string[] = []
  if (shape.max !== undefined) words.push(tooMuch(shape, shape.max))
  if (shape.min !== undefined) words.push(tooLittle(shape, shape.min))
  if (shape.pattern !== undefined) words.push(notMatching(shape.pattern))
  if (shape.enum !== undefined) words.push(notInEnum(shape))
  return words
}

export function tooMuch(shape: Shape, max: number): string {
  const kind = isNumber(shape) ? 'value' : 'length'
  return `Member must have ${kind} less than or equal to ${numberText(shape, max)}`
}

export function tooLittle(shape: Shape, min: number): string {
  const kind = isNumber(shape) ? 'value' : 'length'
  return `Member must have ${kind} greater than or equal to ${numberText(shape, min)}`
}

export function notMatching(pattern: string): string {
  return `Member must satisfy regular expression pattern: ${pattern}`
}

/** Lambda's enums that were recorded in another order than the model's, by shape. */
const recordedOrders: Readonly<Record<string, readonly string[]>> = {
  InvokeMode: ['RESPONSE_STREAM', 'BUFFERED'],
  EventSourcePosition: ['LATEST', 'AT_TIMESTAMP', 'TRIM_HORIZON'],
}

export function notInEnum({ name, enum: values = [] }: Shape): string {
  const recorded = recordedOrders[name]
  // Another service may have a shape of that name; and new values have no recorded place.
  const isSame = recorded?.toSorted().join() === values.toSorted().join()
  return `Member must satisfy enum value set: [${(isSame ? recorded : values).join(', ')}]`
}

/** What the entries of a list, or the keys or values of a map, must all satisfy. */
export function describeEntries(
  subject: 'Member' | 'Map keys' | 'Map value',
  shape: Shape,
): string {
  return `${subject} must satisfy constraint: [${[...describeShape(shape), notNull].join(', ')}]`
}

export function isNumber({ type }: Shape): boolean {
  return type !== 'string' && type !== 'blob' && type !== 'list' && type !== 'map'
}

/** Java writes doubles with a fraction: 1.0. */
function numberText(shape: Shape, value: number): string {
  const fractional = shape.type === 'double' || shape.type === 'float'
  return fractional && Number.isInteger(value) ? `${value}.0` : String(value)
}

/** Longest value that is said back; AWS's are as long as the value, ours need not be. */
const valueTextMax = 4096

/** `Value 'x' at 'functionName'`; sensitive values are not said: `Value at 'password'`. */
export function describeValue(member: Member, value: unknown, path: string): string {
  if (value === undefined || value === null) return `Value null at '${path}'`
  if (isSensitive(member.shape)) return `Value at '${path}'`
  return `Value '${javaText(member, value).slice(0, valueTextMax)}' at '${path}'`
}

/** Also of what it may hold, at any depth: nobody is to read it in an error or a log of errors. */
function isSensitive(shape: Shape, above: readonly Shape[] = []): boolean {
  if (shape.sensitive === true) return true
  if (above.includes(shape)) return false
  const path = [...above, shape]
  switch (shape.type) {
    case 'structure':
      return shape.members.some((each) => isSensitive(each.shape, path))
    case 'list':
      return isSensitive(shape.member.shape, path)
    case 'map':
      return isSensitive(shape.key.shape, path) || isSensitive(shape.value.shape, path)
    default:
      return false
  }
}

/** A value as Java's toString has it: `[a, b]`, `{k=v}`, `1.0`, `Tag(key=a, value=null)`. */
function javaText(member: Member, value: unknown): string {
  const { shape } = member
  if (value === undefined || value === null) return 'null'
  switch (shape.type) {
    case 'list': {
      const items = (value as readonly unknown[]).slice(0, valueTextMax)
      return `[${items.map((item) => javaText(shape.member, item)).join(', ')}]`
    }
    case 'map': {
      const entries = Object.entries(value).slice(0, valueTextMax)
      return `{${entries.map(([key, item]) => `${key}=${javaText(shape.value, item)}`).join(', ')}}`
    }
    case 'structure': {
      const record = value as Readonly<Record<string, unknown>>
      const fields = shape.members.map(
        (each) => `${lowerFirst(each.name)}=${javaText(each, record[each.name])}`,
      )
      return `${shape.name}(${fields.join(', ')})`
    }
    case 'double':
    case 'float':
      return numberText(shape, value as number)
    case 'timestamp':
      return value instanceof Date ? value.toUTCString() : (value as number).toString()
    case 'blob': {
      const length = (value as Uint8Array).byteLength
      return `java.nio.HeapByteBuffer[pos=0 lim=${length} cap=${length}]`
    }
    default:
      return (value as string | number | boolean).toString()
  }
}

/** Paths spell members with a small first letter, whatever the model does. */
export function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}
