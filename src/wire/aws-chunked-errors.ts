/** How S3 refuses bodies. `observed` answers are quoted in public issue trackers, `docs` are S3's error responses. */
import { ServiceError } from '../kernel/errors.ts'

/** observed (S3). */
export function chunkMismatch(): ServiceError {
  return new ServiceError(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. ' +
      'Check your key and signing method.',
    { status: 403 },
  )
}

/** observed: S3's answer to every broken frame. */
export function incompleteBody(): ServiceError {
  return new ServiceError('IncompleteBody', 'The request body terminated unexpectedly')
}

/** observed: `chunk` is the one that came too early after a small one. */
export function chunkTooSmall(chunk: number, bytes: number, atLeast: number): ServiceError {
  const words = `Only the last chunk is allowed to have a size less than ${atLeast} bytes`
  return new ServiceError('InvalidChunkSizeError', words, {
    status: 403,
    fields: { Chunk: chunk, BadChunkSize: bytes },
  })
}

/** observed. */
export function trailerMalformed(): ServiceError {
  return new ServiceError(
    'MalformedTrailerError',
    'The request contained trailing data that was not well-formed or did not conform to our published schema.',
  )
}

/** observed. */
export function trailerUnsupported(): ServiceError {
  const words = 'The value specified in the x-amz-trailer header is not supported'
  return new ServiceError('InvalidRequest', words)
}

/** observed. */
export function badDigest(name: string): ServiceError {
  const algorithm = name.replace('x-amz-checksum-', '').toUpperCase()
  const words = `The ${algorithm} you specified did not match the calculated checksum.`
  return new ServiceError('BadDigest', words)
}

/** docs. */
export function tooLarge(bytes: number, bytesMax: number): ServiceError {
  const words = 'Your proposed upload exceeds the maximum allowed size'
  return new ServiceError('EntityTooLarge', words, {
    fields: { ProposedSize: bytes, MaxSizeAllowed: bytesMax },
  })
}

/** docs. */
export function missingLength(): ServiceError {
  const words = 'You must provide the Content-Length HTTP header.'
  return new ServiceError('MissingContentLength', words, { status: 411 })
}
