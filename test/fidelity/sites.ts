/**
 * Every place in an operation's input that a value can stand, however deep: a member, an entry of a list or a map.
 * At each, an input can be made that is the least one the model takes but for the value there.
 */
import type { Member, OperationModel, StructureShape } from '../../src/model/types.ts'
import { type Input, placeOf } from './encode.ts'
import { numbered, requiredOf, validValue } from './values.ts'

export interface Site {
  /** For people: `Environment.Variables`, `Tags[0].Key`. */
  readonly path: string
  readonly member: Member
  /** `Structure.Member`, where a structure has it. */
  readonly name: string
  readonly place: ReturnType<typeof placeOf>
  /** The input with this value there; `undefined` leaves it out. */
  readonly set: (value: unknown) => Input
}

/** @param least what the model takes, given what the operation needs beside it. */
export function sitesOf(operation: OperationModel, least: Input): readonly Site[] {
  const { input } = operation
  if (input === undefined) return []
  return input.members.flatMap((member) => {
    const set = (value: unknown): Input => ({ ...least, [member.name]: value })
    const place = placeOf(operation, member)
    return sitesAt(member, { path: member.name, name: nameOf(input, member), place, set }, [])
  })
}

/** The least input: what is required, and no more. */
export function leastInput(operation: OperationModel): Input {
  return requiredOf(operation.input?.members ?? [])
}

type Where = Omit<Site, 'member'>

function sitesAt(member: Member, where: Where, above: readonly StructureShape[]): readonly Site[] {
  const { shape } = member
  const here: Site = { ...where, member }
  const { path, place, set } = where
  if (shape.type === 'structure') {
    // Shapes refer to themselves.
    if (above.includes(shape)) return [here]
    const within = shape.members.flatMap((each) => {
      const least = requiredOf(shape.members)
      const inner = (value: unknown): Input => set({ ...least, [each.name]: value })
      const name = nameOf(shape, each)
      return sitesAt(each, { path: `${path}.${each.name}`, name, place, set: inner }, [
        ...above,
        shape,
      ])
    })
    return [here, ...within]
  }
  if (shape.type === 'list') {
    const rest = (validValue(shape) as readonly unknown[]).slice(1)
    const inner = (value: unknown): Input => set([value, ...rest])
    return [
      here,
      ...entrySites(shape.member, { path: `${path}[0]`, name: '', place, set: inner }, above),
    ]
  }
  if (shape.type !== 'map') return [here]
  const [key = ''] = numbered(shape.key.shape, 1)
  const inner = (value: unknown): Input => set({ [key]: value })
  return [
    here,
    ...entrySites(shape.value, { path: `${path}{${key}}`, name: '', place, set: inner }, above),
  ]
}

/** Scalars in lists and maps break the list's or the map's constraints: no sites of their own. */
function entrySites(
  entry: Member,
  where: Where,
  above: readonly StructureShape[],
): readonly Site[] {
  const { type } = entry.shape
  return type === 'structure' || type === 'list' || type === 'map'
    ? sitesAt(entry, where, above)
    : []
}

function nameOf(shape: StructureShape, member: Member): string {
  return `${shape.name}.${member.name}`
}
