/**
 * Reads who signed a request and how, from the Authorization header or a presigned URL's query.
 *
 * It verifies nothing and hashes nothing: it runs for every invocation, with `--auth off` too. Invariant: what
 * it returns is well-formed and bounded, and every malformed credential is a `ServiceError`. Called by the
 * gateway and by access's authenticator; what is verified about the result stands in `verify.ts`.
 */
import type { ErrorDialect, SignedCredential, SignedRequest } from '../../kernel/signatures.ts'
import { authorizationBytesMax, credentialBytesMax, presignedSecondsMax } from './limits.ts'
import { incomplete, incompleteQuery, twoMechanisms, unsupportedScheme } from './errors.ts'
import { parseScope } from './scope.ts'
import { headerOf } from './header.ts'

const algorithm = 'AWS4-HMAC-SHA256'
const asymmetric = 'AWS4-ECDSA-P256-SHA256'

/**
 * @returns undefined when the request is anonymous.
 * @throws ServiceError IncompleteSignatureException (or the dialect's name for it) for a credential that cannot
 *   be read.
 */
export function parseCredential(
  request: SignedRequest,
  dialect: ErrorDialect = 'rest-json',
): SignedCredential | undefined {
  const authorization = request.headers['authorization']
  const presigned =
    request.query !== '' && request.query.includes('X-Amz-')
      ? presignedParameters(request.query, dialect)
      : undefined
  if (authorization === undefined) {
    return presigned === undefined ? undefined : fromQuery(presigned, dialect)
  }
  if (presigned !== undefined) throw twoMechanisms(dialect)
  if (typeof authorization !== 'string') {
    throw incomplete(dialect, 'The request has more than one Authorization header.')
  }
  return fromHeader(request, authorization, dialect)
}

function fromHeader(
  request: SignedRequest,
  authorization: string,
  dialect: ErrorDialect,
): SignedCredential {
  const timestamp = headerOf(request, 'x-amz-date') ?? headerOf(request, 'date')
  if (authorization.length > authorizationBytesMax) {
    throw incomplete(dialect, `Authorization header is longer than ${authorizationBytesMax} bytes.`)
  }
  // Slices compared, here and below: startsWith costs twice as much.
  if (authorization.slice(0, algorithm.length + 1) !== `${algorithm} `) {
    throw otherScheme(authorization, timestamp, dialect)
  }
  let text: string | undefined
  let signedHeaders: string | undefined
  let signature: string | undefined
  // AWS takes commas and spaces for separators alike (observed: a space inside the credential splits it).
  for (let start = algorithm.length; start < authorization.length;) {
    const first = authorization.charCodeAt(start)
    if (first === comma || first === blank) {
      start += 1
      continue
    }
    const end = tokenEnd(authorization, start)
    const equals = authorization.indexOf('=', start)
    if (equals < 0 || equals >= end) {
      const token = authorization.slice(start, end)
      throw incomplete(
        dialect,
        `'${token}' not a valid key=value pair (missing equal-sign) in Authorization header: ` +
          `'${authorization}'.`,
        componentsWanted,
      )
    }
    const name = authorization.slice(start, equals)
    const value = authorization.slice(equals + 1, end)
    if (name === 'Credential') {
      text = once(text, value, 'Credential', dialect)
    } else if (name === 'SignedHeaders') {
      signedHeaders = once(signedHeaders, value, 'SignedHeaders', dialect)
    } else if (name === 'Signature') {
      signature = once(signature, value, 'Signature', dialect)
    }
    start = end
  }
  if (!text || !signature || !signedHeaders || !timestamp) {
    throw missingParts({ text, signature, signedHeaders, timestamp }, algorithm, dialect)
  }
  return finish(
    {
      text,
      signedHeaders,
      signature,
      timestamp,
      how: 'header',
      sessionToken: headerOf(request, 'x-amz-security-token'),
      expiresSeconds: undefined,
    },
    dialect,
  )
}

const componentsWanted =
  'the authorization header requires three components: Credential, SignedHeaders, and Signature.'

const comma = 0x2c
const blank = 0x20

function tokenEnd(text: string, from: number): number {
  const atComma = text.indexOf(',', from)
  const atBlank = text.indexOf(' ', from)
  if (atComma < 0) return atBlank < 0 ? text.length : atBlank
  return atBlank < 0 || atComma < atBlank ? atComma : atBlank
}

function once(
  before: string | undefined,
  value: string,
  name: string,
  dialect: ErrorDialect,
): string {
  if (before === undefined) return value
  throw incomplete(dialect, `Authorization header has more than one '${name}' parameter.`)
}

function otherScheme(authorization: string, timestamp: string | undefined, dialect: ErrorDialect) {
  const scheme = authorization.slice(0, Math.min(tokenEnd(authorization, 0), 64))
  if (scheme === asymmetric) {
    return unsupportedScheme(
      dialect,
      'Signature Version 4A, AWS4-ECDSA-P256-SHA256, is not supported',
    )
  }
  if (scheme === 'AWS' || dialect === 's3') return unsupportedScheme(dialect, '')
  if (scheme.startsWith('AWS4-') && scheme !== algorithm) {
    return incomplete(dialect, `Unsupported AWS 'algorithm': '${scheme}'.`)
  }
  const none = { text: undefined, signature: undefined, signedHeaders: undefined, timestamp }
  return missingParts(none, scheme, dialect)
}

interface Parts {
  readonly text: string | undefined
  readonly signature: string | undefined
  readonly signedHeaders: string | undefined
  readonly timestamp: string | undefined
}

/** AWS repeats the whole header; we only its first word: it may hold another system's token. Words observed. */
function missingParts(parts: Parts, scheme: string, dialect: ErrorDialect) {
  let words = ''
  if (!parts.text) words += "Authorization header requires 'Credential' parameter. "
  if (!parts.signature) words += "Authorization header requires 'Signature' parameter. "
  if (!parts.signedHeaders) words += "Authorization header requires 'SignedHeaders' parameter. "
  if (!parts.timestamp) {
    words += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
  }
  return incomplete(dialect, `${words}Authorization=${scheme}`, componentsWanted)
}

/** Words observed. */
function finish(
  parts: Omit<SignedCredential, 'accessKeyId' | 'date' | 'region' | 'service'>,
  dialect: ErrorDialect,
): SignedCredential {
  const scope = parseScope(parts.text)
  if (scope === undefined) throw malformedCredential(parts.how, parts.text, dialect)
  if (scope.terminator !== 'aws4_request') {
    const words = `Credential should be scoped with a valid terminator: 'aws4_request', not '${scope.terminator}'.`
    throw parts.how === 'header'
      ? incomplete(dialect, words, credentialWanted)
      : incompleteQuery(dialect, words, queryCredentialWanted)
  }
  return {
    text: scope.text,
    accessKeyId: scope.accessKeyId,
    date: scope.date,
    region: scope.region,
    service: scope.service,
    signedHeaders: parts.signedHeaders,
    signature: parts.signature,
    timestamp: parts.timestamp,
    how: parts.how,
    sessionToken: parts.sessionToken,
    expiresSeconds: parts.expiresSeconds,
  }
}

const credentialWanted =
  'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'
const queryCredentialWanted = `Error parsing the X-Amz-Credential parameter; ${credentialWanted}`

function malformedCredential(how: 'header' | 'presigned', text: string, dialect: ErrorDialect) {
  const shown = text.slice(0, credentialBytesMax)
  const words =
    'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, ' +
    `got '${shown}'`
  return how === 'header'
    ? incomplete(dialect, words, credentialWanted)
    : incompleteQuery(dialect, words, queryCredentialWanted)
}

const presignedNames = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-Security-Token',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
] as const
type Presigned = Partial<Record<(typeof presignedNames)[number], string>>

/** Undefined when the query carries no credential. */
function presignedParameters(query: string, dialect: ErrorDialect): Presigned | undefined {
  const found: Presigned = {}
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=')
    const key = presignedNames.find((name) => name === (equals < 0 ? pair : pair.slice(0, equals)))
    if (key === undefined) continue
    if (found[key] !== undefined) {
      throw incompleteQuery(dialect, `AWS query-string parameters must include '${key}' only once.`)
    }
    found[key] = decodeValue(equals < 0 ? '' : pair.slice(equals + 1), key, dialect)
  }
  const signed = found['X-Amz-Algorithm'] ?? found['X-Amz-Signature'] ?? found['X-Amz-Credential']
  return signed === undefined ? undefined : found
}

function decodeValue(value: string, key: string, dialect: ErrorDialect): string {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '))
  } catch {
    throw incompleteQuery(dialect, `'${key}' is not valid percent-encoding.`)
  }
}

function fromQuery(found: Presigned, dialect: ErrorDialect): SignedCredential {
  const scheme = found['X-Amz-Algorithm']
  if (scheme === asymmetric) {
    throw unsupportedScheme(
      dialect,
      'Signature Version 4A, AWS4-ECDSA-P256-SHA256, is not supported',
    )
  }
  const required = [
    'X-Amz-Algorithm',
    'X-Amz-Credential',
    'X-Amz-Signature',
    'X-Amz-SignedHeaders',
  ] as const
  const missing = [...required, 'X-Amz-Date' as const].filter((name) => !found[name])
  if (missing.length > 0 || (dialect === 's3' && found['X-Amz-Expires'] === undefined)) {
    const words = missing
      .map((name) => `AWS query-string parameters must include '${name}'.`)
      .join(' ')
    throw incompleteQuery(
      dialect,
      `${words} Re-examine the query-string parameters.`,
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, ' +
        'X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    )
  }
  if (scheme !== algorithm) {
    const shown = (scheme ?? '').slice(0, 64)
    throw incompleteQuery(
      dialect,
      `Unsupported AWS 'algorithm': '${shown}'.`,
      'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"',
    )
  }
  return finish(
    {
      text: found['X-Amz-Credential'] ?? '',
      signedHeaders: found['X-Amz-SignedHeaders'] ?? '',
      signature: found['X-Amz-Signature'] ?? '',
      timestamp: found['X-Amz-Date'] ?? '',
      how: 'presigned',
      sessionToken: found['X-Amz-Security-Token'],
      expiresSeconds: expiresOf(found['X-Amz-Expires'], dialect),
    },
    dialect,
  )
}

/** docs and observed (S3). */
function expiresOf(value: string | undefined, dialect: ErrorDialect): number | undefined {
  if (value === undefined) return undefined
  if (!/^-?\d{1,15}$/.test(value)) {
    throw incompleteQuery(dialect, 'X-Amz-Expires should be a number')
  }
  const seconds = Number(value)
  if (seconds < 0) throw incompleteQuery(dialect, 'X-Amz-Expires must be non-negative')
  if (seconds <= presignedSecondsMax) return seconds
  throw incompleteQuery(
    dialect,
    'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be ' +
      `less than ${presignedSecondsMax} seconds`,
  )
}
