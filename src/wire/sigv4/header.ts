import type { SignedRequest } from '../../kernel/signatures.ts'

/** The one value of a header; undefined when it is missing or was sent as a list. */
export function headerOf(request: SignedRequest, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}
