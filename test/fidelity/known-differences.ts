/**
 * Cases that lambdad answers otherwise than AWS, each with AWS's answer and the reason. A case that is answered as by
 * AWS fails its test for as long as it stands here.
 */

interface KnownDifference {
  /** The case's id, as the failing test prints it. */
  readonly id: string
  /** What AWS answers, and how that is known. */
  readonly aws: string
  readonly reason: string
}

/** None at present. */
const entries: readonly KnownDifference[] = []

export const knownDifferences: ReadonlySet<string> = new Set(entries.map(({ id }) => id))
