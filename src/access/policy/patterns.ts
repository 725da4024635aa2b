/** Wildcards of policies: `*` stands for any characters, `?` for one. */

/** In time proportional to both lengths: no pattern of a stranger can make it run for long. */
export function matchesPattern(pattern: string, text: string): boolean {
  let at = 0
  let inPattern = 0
  /** Where to go on when what follows the last star did not match: the star takes one more character. */
  let star = -1
  let taken = 0
  while (at < text.length) {
    const expected = pattern[inPattern]
    if (expected === '*') {
      star = inPattern
      taken = at
      inPattern += 1
    } else if (expected === '?' || (expected !== undefined && expected === text[at])) {
      at += 1
      inPattern += 1
    } else if (star >= 0) {
      taken += 1
      at = taken
      inPattern = star + 1
    } else return false
  }
  while (pattern[inPattern] === '*') inPattern += 1
  return inPattern === pattern.length
}

/** ARNs are compared part by part: a wildcard does not reach past a colon, but in the last of six (ArnLike). */
export function matchesArn(pattern: string, arn: string): boolean {
  const wanted = partsOf(pattern)
  const parts = partsOf(arn)
  return (
    wanted.length === parts.length &&
    wanted.every((each, index) => matchesPattern(each, parts[index] as string))
  )
}

function partsOf(arn: string): readonly string[] {
  const parts = arn.split(':')
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')]
}
