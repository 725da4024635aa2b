/** Identity providers: what AWS asks of them, as far as it can be told without asking the provider. */
import { invalidInput, quotaExceeded } from './errors.ts'
import { clientIdsPerOidcProviderMax, thumbprintsPerOidcProviderMax } from './limits.ts'

/**
 * The name of an OpenID Connect provider: its URL without the scheme.
 * @throws ServiceError ValidationError, InvalidInput
 */
export function oidcNameOf(url: string): string {
  // The rules are documented (CreateOpenIDConnectProvider), the words are recalled.
  if (!url.startsWith('https://') || !URL.canParse(url)) {
    throw invalidInput('Invalid Open ID Connect Provider URL')
  }
  const { search, hash, port, username } = new URL(url)
  if (search !== '' || hash !== '' || port !== '' || username !== '') {
    throw invalidInput('Invalid Open ID Connect Provider URL')
  }
  return url.slice('https://'.length).replace(/\/$/, '')
}

/** @throws ServiceError InvalidInput. Lengths are the model's. */
export function checkThumbprints(thumbprints: readonly string[]): readonly string[] {
  if (thumbprints.length > thumbprintsPerOidcProviderMax) {
    // Recalled.
    throw invalidInput(
      `Thumbprint list must contain fewer than ${thumbprintsPerOidcProviderMax} entries.`,
    )
  }
  return thumbprints
}

/** @throws ServiceError LimitExceeded */
export function checkClientIds(ids: readonly string[]): readonly string[] {
  const unique = [...new Set(ids)]
  if (unique.length > clientIdsPerOidcProviderMax) {
    throw quotaExceeded('ClientIdsPerOpenIdConnectProvider', clientIdsPerOidcProviderMax)
  }
  return unique
}

/** A provider whose metadata does not say until when it is good, is good for so long (recalled). */
const defaultValidityYears = 100

/**
 * Looked at, not parsed: whether it is an entity's metadata, and until when it says it is good. What is in it
 * counts when somebody signs in, which nobody can do here.
 * @returns epoch ms.
 * @throws ServiceError InvalidInput
 */
export function validUntilOf(metadata: string, nowMs: number): number {
  const root = /<(?:[\w.-]+:)?EntityDescriptor\s[^>]*>/.exec(metadata)?.[0]
  // Recalled.
  if (root === undefined || !/\sentityID\s*=/.test(root)) {
    throw invalidInput('Could not parse metadata')
  }
  const stated = /\svalidUntil\s*=\s*["']([^"']+)["']/.exec(root)?.[1]
  const statedMs = stated === undefined ? Number.NaN : Date.parse(stated)
  if (!Number.isNaN(statedMs)) return statedMs
  const end = new Date(nowMs)
  end.setUTCFullYear(end.getUTCFullYear() + defaultValidityYears)
  return end.getTime()
}

/** @throws ServiceError InvalidInput: nothing here could decrypt assertions. The words are ours. */
export function refuseSamlEncryption(input: {
  readonly AssertionEncryptionMode?: string | undefined
  readonly AddPrivateKey?: string | undefined
  readonly RemovePrivateKey?: string | undefined
}): void {
  for (const member of ['AssertionEncryptionMode', 'AddPrivateKey', 'RemovePrivateKey'] as const) {
    if (input[member] !== undefined) {
      throw invalidInput(`lambdad does not serve ${member} of SAML providers.`)
    }
  }
}
