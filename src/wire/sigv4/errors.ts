/**
 * The refusals of Signature Version 4, in AWS's codes, statuses and words, for each family of services.
 *
 * It decides nothing: `credential.ts` and `verify.ts` decide, this words it. Sources, labelled per function:
 * `docs` is AWS documentation (IAM user guide "Troubleshoot signed requests", the "Common errors" pages of the
 * API references, S3 "Error responses"); `observed` is an answer of AWS quoted in public issue trackers, where
 * JSON services (DynamoDB, Cognito, Kinesis) were seen to answer 400 where REST services (Lambda) answer 403.
 */
import type { ErrorDialect, SignedCredential } from '../../kernel/signatures.ts'
import { ServiceError } from '../../kernel/errors.ts'
import { clockSkewMs } from './limits.ts'
import { formatServerTime, formatTimestamp } from './time.ts'

type Fields = Readonly<Record<string, unknown>>
type Code = readonly [code: string, status: number]

function refusal(code: Code, message: string, fields?: Fields): ServiceError {
  const [name, status] = code
  return new ServiceError(name, message, fields === undefined ? { status } : { status, fields })
}

const mismatchCodes: Readonly<Record<ErrorDialect, Code>> = {
  json: ['InvalidSignatureException', 400],
  'rest-json': ['InvalidSignatureException', 403],
  query: ['SignatureDoesNotMatch', 403],
  ec2: ['AuthFailure', 401],
  s3: ['SignatureDoesNotMatch', 403],
}

const incompleteCodes: Readonly<Record<ErrorDialect, Code>> = {
  json: ['IncompleteSignatureException', 400],
  'rest-json': ['IncompleteSignatureException', 403],
  query: ['IncompleteSignature', 400],
  ec2: ['AuthFailure', 401],
  s3: ['AuthorizationHeaderMalformed', 400],
}

const unknownKeyCodes: Readonly<Record<ErrorDialect, Code>> = {
  json: ['UnrecognizedClientException', 400],
  'rest-json': ['UnrecognizedClientException', 403],
  query: ['InvalidClientTokenId', 403],
  ec2: ['AuthFailure', 401],
  s3: ['InvalidAccessKeyId', 403],
}

/** The EC2 words for whatever is wrong with a credential. observed. */
const ec2Words = 'AWS was not able to validate the provided access credentials'

/** A credential that cannot be read. `words` for S3 follow "The authorization header is malformed; ". observed. */
export function incomplete(dialect: ErrorDialect, words: string, s3Words = words): ServiceError {
  if (dialect !== 's3') return refusal(incompleteCodes[dialect], words)
  return refusal(incompleteCodes.s3, `The authorization header is malformed; ${s3Words}`)
}

/** Query parameters of a presigned URL that cannot be read. observed. */
export function incompleteQuery(
  dialect: ErrorDialect,
  words: string,
  s3Words = words,
): ServiceError {
  if (dialect !== 's3') return refusal(incompleteCodes[dialect], words)
  return refusal(['AuthorizationQueryParametersError', 400], s3Words)
}

/** No credential where one is needed. docs (common errors); words observed, those of query services unconfirmed. */
export function missingToken(dialect: ErrorDialect): ServiceError {
  switch (dialect) {
    case 'json':
      return refusal(['MissingAuthenticationTokenException', 400], 'Missing Authentication Token')
    case 'rest-json':
      return refusal(['MissingAuthenticationTokenException', 403], 'Missing Authentication Token')
    case 'query':
      return refusal(['MissingAuthenticationToken', 403], 'Request is missing Authentication Token')
    case 'ec2':
      return refusal(['AuthFailure', 401], ec2Words)
    case 's3':
      return refusal(['AccessDenied', 403], 'Access Denied')
  }
}

/** Another way of signing than AWS4-HMAC-SHA256. S3's code and first words observed. */
export function unsupportedScheme(dialect: ErrorDialect, scheme: string): ServiceError {
  const words =
    'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.'
  const detail = scheme === '' ? words : `${words} (${scheme})`
  return refusal(dialect === 's3' ? ['InvalidRequest', 400] : incompleteCodes[dialect], detail)
}

/** A header and a query both carry credentials. observed (S3). */
export function twoMechanisms(dialect: ErrorDialect): ServiceError {
  const words =
    'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string ' +
    'parameter or the Authorization header should be specified'
  return refusal(dialect === 's3' ? ['InvalidArgument', 400] : incompleteCodes[dialect], words)
}

/** The credential scope names something else than this request is for. docs; S3's words unconfirmed. */
export function wrongScope(dialect: ErrorDialect, words: string, s3Words: string): ServiceError {
  return dialect === 's3' ? incomplete('s3', s3Words) : refusal(mismatchCodes[dialect], words)
}

/** The credential scope's region is none. docs; words observed (S3 adds what it expects; we expect no one region). */
export function invalidRegion(dialect: ErrorDialect, region: string): ServiceError {
  const words = `Credential should be scoped to a valid region, not '${region}'. `
  return wrongScope(dialect, words, `the region '${region}' is wrong`)
}

/**
 * The signature is not the one we calculate, with what we calculated it from, as AWS tells it (observed).
 * Nothing of it is secret to who sent the request.
 */
export function mismatch(
  dialect: ErrorDialect,
  credential: SignedCredential,
  canonicalRequest: string,
  stringToSign: string,
): ServiceError {
  if (dialect === 'ec2') return refusal(mismatchCodes.ec2, ec2Words)
  const words = 'The request signature we calculated does not match the signature you provided.'
  if (dialect === 's3') {
    return refusal(mismatchCodes.s3, `${words} Check your key and signing method.`, {
      AWSAccessKeyId: credential.accessKeyId,
      StringToSign: stringToSign,
      SignatureProvided: credential.signature,
      StringToSignBytes: spacedHex(stringToSign),
      CanonicalRequest: canonicalRequest,
      CanonicalRequestBytes: spacedHex(canonicalRequest),
    })
  }
  return refusal(
    mismatchCodes[dialect],
    `${words} Check your AWS Secret Access Key and signing method. Consult the service documentation for ` +
      `details.\n\nThe Canonical String for this request should have been\n'${canonicalRequest}'\n\n` +
      `The String-to-Sign should have been\n'${stringToSign}'\n`,
  )
}

function spacedHex(text: string): string {
  return Buffer.from(text, 'latin1')
    .toString('hex')
    .replace(/..(?!$)/g, '$& ')
}

/** No such access key. observed. */
export function unknownKey(dialect: ErrorDialect, accessKeyId: string): ServiceError {
  if (dialect === 'ec2') return refusal(unknownKeyCodes.ec2, ec2Words)
  if (dialect !== 's3') {
    return refusal(
      unknownKeyCodes[dialect],
      'The security token included in the request is invalid.',
    )
  }
  const words = 'The AWS Access Key Id you provided does not exist in our records.'
  return refusal(unknownKeyCodes.s3, words, { AWSAccessKeyId: accessKeyId })
}

/** The session token is missing, or is not this access key's. observed; S3 docs. */
export function invalidToken(dialect: ErrorDialect, accessKeyId: string): ServiceError {
  if (dialect !== 's3') return unknownKey(dialect, accessKeyId)
  return refusal(['InvalidToken', 400], 'The provided token is malformed or otherwise invalid.')
}

const expiredTokenCodes: Readonly<Record<ErrorDialect, Code>> = {
  json: ['ExpiredTokenException', 400],
  'rest-json': ['ExpiredTokenException', 403],
  query: ['ExpiredToken', 403],
  ec2: ['RequestExpired', 400],
  s3: ['ExpiredToken', 400],
}

/** The temporary credentials are over. observed (DynamoDB 400, SQS and STS 403); EC2 and S3 docs. */
export function expiredToken(dialect: ErrorDialect): ServiceError {
  const code = expiredTokenCodes[dialect]
  if (dialect === 'ec2') return refusal(code, 'Request has expired.')
  if (dialect === 's3') return refusal(code, 'The provided token has expired.')
  return refusal(code, 'The security token included in the request is expired')
}

/** The request was signed too long ago, or too far in the future. docs; exact words and fields observed. */
export function skewed(dialect: ErrorDialect, signedMs: number, nowMs: number): ServiceError {
  const signed = formatTimestamp(signedMs)
  const now = formatTimestamp(nowMs)
  if (dialect === 'ec2') return refusal(['RequestExpired', 400], 'Request has expired.')
  if (dialect === 's3') {
    const words = 'The difference between the request time and the current time is too large.'
    return refusal(['RequestTimeTooSkewed', 403], words, {
      RequestTime: signed,
      ServerTime: formatServerTime(nowMs),
      MaxAllowedSkewMilliseconds: clockSkewMs,
    })
  }
  const minutes = clockSkewMs / 60_000
  const words =
    signedMs < nowMs
      ? `Signature expired: ${signed} is now earlier than ` +
        `${formatTimestamp(nowMs - clockSkewMs)} (${now} - ${minutes} min.)`
      : `Signature not yet current: ${signed} is still later than ` +
        `${formatTimestamp(nowMs + clockSkewMs)} (${now} + ${minutes} min.)`
  return refusal(mismatchCodes[dialect], words)
}

/** An S3 presigned URL outside its time. observed. */
export function presignedOutOfTime(
  credential: SignedCredential,
  signedMs: number,
  nowMs: number,
): ServiceError {
  const seconds = credential.expiresSeconds ?? 0
  const fields = {
    Expires: formatServerTime(signedMs + seconds * 1000),
    ServerTime: formatServerTime(nowMs),
  }
  if (signedMs > nowMs) {
    const early = { 'X-Amz-Date': String(signedMs), ...fields }
    return refusal(['AccessDenied', 403], 'Request is not yet valid', early)
  }
  const late = { 'X-Amz-Expires': String(seconds), ...fields }
  return refusal(['AccessDenied', 403], 'Request has expired', late)
}

/** A header that must be signed and is not. `host` observed; `x-amz-*` docs, in the same words; S3 observed. */
export function unsignedHeader(dialect: ErrorDialect, name: string): ServiceError {
  if (dialect === 's3') {
    const words = 'There were headers present in the request which were not signed'
    return refusal(['AccessDenied', 403], words, { HeadersNotSigned: name })
  }
  const title = name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())
  const subject = name === 'host' ? `'Host' or ':authority'` : `'${title}'`
  return refusal(
    incompleteCodes[dialect],
    `${subject} must be a 'SignedHeader' in the AWS Authorization.`,
  )
}

/** S3's `x-amz-content-sha256` is missing or is no hash. observed. */
export function contentSha256Invalid(value: string | undefined): ServiceError {
  if (value === undefined) {
    const words = 'Missing required header for this request: x-amz-content-sha256'
    return refusal(['InvalidRequest', 400], words)
  }
  const words =
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, ' +
    'STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.'
  return refusal(['InvalidArgument', 400], words, {
    ArgumentName: 'x-amz-content-sha256',
    ArgumentValue: value.slice(0, 128),
  })
}

/** S3: the body is not the one that was signed. observed. */
export function contentSha256Mismatch(claimed: string, computed: string): ServiceError {
  const words = "The provided 'x-amz-content-sha256' header does not match what was computed."
  return refusal(['XAmzContentSHA256Mismatch', 400], words, {
    ClientComputedContentSHA256: claimed,
    S3ComputedContentSHA256: computed,
  })
}
