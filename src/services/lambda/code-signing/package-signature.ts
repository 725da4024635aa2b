/**
 * The signature inside a package: `META-INF/lambdad-manifest` has the SHA-384 of every other file, as sha384sum(1)
 * writes it, and `META-INF/lambdad-signature` is the ECDSA signature of that text, as openssl makes it.
 *
 * What it is not: the format of AWS Signer, which is not public. The algorithms are those of its platform for Lambda
 * (AWSLambda-SHA384-ECDSA). Hostile input: everything here comes from whoever uploads the package.
 * Called by: check-signatures.ts. Read next: README.md, "A signed package".
 */
import { createHash, verify } from 'node:crypto'
import { packageLimits } from '../../../kernel/limits.ts'
import { readArchive } from '../../../store/archive/archive.ts'
import type { SigningKeys } from './signing-keys.ts'

const manifestPath = 'META-INF/lambdad-manifest'
const signaturePath = 'META-INF/lambdad-signature'
/** A line for each of as many files as a package may have would fit, with paths of usual lengths. */
const manifestBytesMax = 32 * 1024 * 1024
/** A signature of P-384 in DER has at most 104. */
const signatureBytesMax = 1024

/** What was found out about a package. `broken`: its files are not those that were signed. */
export type Verdict =
  | { readonly is: 'trusted'; readonly by: string }
  | { readonly is: 'unsigned' | 'broken' | 'mismatch' | 'expired' }

/**
 * @param zip a package that has been accepted
 * @param publishers ARNs of the profile versions that may have signed it
 */
export async function verifyPackage(
  zip: Uint8Array,
  publishers: readonly string[],
  keys: SigningKeys,
  nowMs: number,
): Promise<Verdict> {
  const contents = await readPackage(zip)
  if (contents.manifest === undefined && contents.signature === undefined) return { is: 'unsigned' }
  const { manifest, signature, digests } = contents
  if (manifest === undefined || signature === undefined || digests === undefined) return broken
  const claims = parseManifest(manifest.toString())
  if (!claims || !isSame(claims.digests, digests)) return broken
  for (const arn of publishers) {
    const key = await keys.find(arn)
    if (!key || !verify('sha384', manifest, key, signature)) continue
    return nowMs >= claims.expiresMs ? { is: 'expired' } : { is: 'trusted', by: arn }
  }
  return { is: 'mismatch' }
}

const broken: Verdict = { is: 'broken' }

interface Contents {
  readonly manifest: Buffer | undefined
  readonly signature: Buffer | undefined
  /** SHA-384 in hex of each other file, by its path; undefined when something is in it that cannot be signed. */
  readonly digests: ReadonlyMap<string, string> | undefined
}

async function readPackage(zip: Uint8Array): Promise<Contents> {
  let manifest: Buffer | undefined
  let signature: Buffer | undefined
  let sound = true
  const digests = new Map<string, string>()
  for await (const { kind, path, contents } of readArchive(zip, packageLimits)) {
    if (path === manifestPath) manifest = await readAtMost(contents, manifestBytesMax)
    else if (path === signaturePath) signature = await readAtMost(contents, signatureBytesMax)
    else if (kind === 'link') {
      // sha384sum(1) would look at the file behind it.
      sound = false
    } else {
      const hash = createHash('sha384')
      for await (const piece of contents) hash.update(piece)
      digests.set(path, hash.digest('hex'))
    }
  }
  return { manifest, signature, digests: sound ? digests : undefined }
}

/** What is longer is cut, and is no signature of anything then. */
async function readAtMost(contents: AsyncIterable<Buffer>, bytesMax: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  let left = bytesMax
  for await (const piece of contents) {
    if (left > 0) pieces.push(piece.subarray(0, left))
    left -= piece.length
  }
  return Buffer.concat(pieces)
}

interface Claims {
  readonly digests: ReadonlyMap<string, string>
  /** Unix epoch ms; Infinity when the signature does not expire. */
  readonly expiresMs: number
}

const expiryForm = /^# Expires: (\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z)$/
const digestForm = /^([0-9a-f]{96}) [ *](?:\.\/)?(.+)$/

/** Undefined when a line is none that may be there, or a path is there twice. */
function parseManifest(text: string): Claims | undefined {
  const digests = new Map<string, string>()
  let expiresMs = Infinity
  const lines = text.endsWith('\n') ? text.slice(0, -1).split('\n') : text.split('\n')
  for (const line of lines) {
    const expiry = expiryForm.exec(line)?.[1]
    if (expiry !== undefined) {
      expiresMs = Math.min(expiresMs, Date.parse(expiry))
      if (Number.isNaN(expiresMs)) return undefined
      continue
    }
    const [, digest, path] = digestForm.exec(line) ?? []
    if (digest === undefined || path === undefined || digests.has(path)) return undefined
    digests.set(path, digest)
  }
  return { digests, expiresMs }
}

function isSame(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  if (one.size !== other.size) return false
  for (const [path, digest] of one) if (other.get(path) !== digest) return false
  return true
}
