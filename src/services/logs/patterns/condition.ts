/** Conditions joined by && and ||, which JSON and delimited filter patterns share: `() > && > ||` (user guide). */
import type { Scanner } from './scanner.ts'

export type Condition<Leaf> =
  | { readonly kind: 'leaf'; readonly leaf: Leaf }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition<Leaf>[] }

/**
 * Parentheses, where a leaf may stand in them, are the business of `parseOne`.
 * @throws ServiceError what `parseOne` throws
 */
export function parseCondition<Leaf>(
  scanner: Scanner,
  parseOne: () => Condition<Leaf>,
): Condition<Leaf> {
  return parseJoined(scanner, 'or', '||', () => parseJoined(scanner, 'and', '&&', parseOne))
}

function parseJoined<Leaf>(
  scanner: Scanner,
  kind: 'and' | 'or',
  mark: string,
  parsePart: () => Condition<Leaf>,
): Condition<Leaf> {
  const first = parsePart()
  const parts = [first]
  for (scanner.skipBlanks(); scanner.skip(mark); scanner.skipBlanks()) parts.push(parsePart())
  return parts.length === 1 ? first : { kind, parts }
}

export function leavesOf<Leaf>(condition: Condition<Leaf>): Leaf[] {
  return condition.kind === 'leaf' ? [condition.leaf] : condition.parts.flatMap(leavesOf)
}

/** @param compileLeaf is asked once for each leaf. */
export function compileCondition<Leaf, Value>(
  condition: Condition<Leaf>,
  compileLeaf: (leaf: Leaf) => (value: Value) => boolean,
): (value: Value) => boolean {
  if (condition.kind === 'leaf') return compileLeaf(condition.leaf)
  const parts = condition.parts.map((part) => compileCondition(part, compileLeaf))
  return condition.kind === 'and'
    ? (value) => parts.every((part) => part(value))
    : (value) => parts.some((part) => part(value))
}
