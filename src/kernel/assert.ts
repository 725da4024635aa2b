/**
 * Programmer errors. A caller's mistake is a `ServiceError`; a broken fact of our own ends here,
 * with the fact in words.
 */
export class AssertionError extends Error {
  override name = 'AssertionError'
}

export function assert(fact: unknown, message: string): asserts fact {
  if (!fact) throw new AssertionError(message)
}
