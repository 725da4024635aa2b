/**
 * The credential text `AKIDEXAMPLE/20150830/us-east-1/lambda/aws4_request`, cut into its parts.
 *
 * A client sends the same text all day, so the parts of the last ones are remembered: cutting costs 200 ns, looking
 * up 75 ns, of the 500 ns that reading a credential may take on the way to a function.
 */
import { credentialBytesMax, knownScopesMax } from './limits.ts'

export interface CredentialScope {
  readonly text: string
  readonly accessKeyId: string
  /** `20150830` */
  readonly date: string
  readonly region: string
  readonly service: string
  /** `aws4_request` in all that are good. */
  readonly terminator: string
}

const known = new Map<string, CredentialScope>()

/** Undefined when it has not five parts, or one is empty, or it is too long. */
export function parseScope(text: string): CredentialScope | undefined {
  return known.get(text) ?? cut(text)
}

function cut(text: string): CredentialScope | undefined {
  if (text.length > credentialBytesMax) return undefined
  // Copied: a piece cut out of a header would keep the whole header in memory for as long as it is known.
  const copy = Buffer.from(text).toString()
  const parts = copy.split('/')
  const [accessKeyId, date, region, service, terminator] = parts
  if (!accessKeyId || !date || !region || !service || !terminator || parts.length !== 5) {
    return undefined
  }
  const scope = { text: copy, accessKeyId, date, region, service, terminator }
  // Forgetting all at once costs nothing per request; whoever sends a thousand different ones pays for it.
  if (known.size >= knownScopesMax) known.clear()
  known.set(copy, scope)
  return scope
}
