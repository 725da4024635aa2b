/**
 * Deployment packages: checked when they come in, kept as blobs, deleted when no function needs them.
 * Facts: limits and texts in "Lambda quotas" and as recorded from the service.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { BlobId } from '../../kernel/brand.ts'
import type { Clock } from '../../kernel/clock.ts'
import { ServiceError } from '../../kernel/errors.ts'
import { packageLimits } from '../../kernel/limits.ts'
import type { RawRequest, RawResponse, RawRoute } from '../../kernel/ports.ts'
import { ArchiveError, type ArchiveSummary, inspectArchive } from '../../store/archive/archive.ts'
import { blobIdOf } from '../../store/blobs/blob-format.ts'
import { BlobError, type Blobs, type Store } from '../../store/store.ts'
import { codeLinkMs, zippedBytesMax } from './limits.ts'
import { type LambdaTables, isCodeUsed, usedCodes } from './tables.ts'

/** Packages that a start asks the store about at once. */
const sweptTogether = 500

export interface StoredCode {
  readonly code: BlobId
  readonly codeBytes: number
  /** Base64. */
  readonly codeSha256: string
  readonly unzippedBytes: number
}

export class CodeStore implements RawRoute {
  readonly pathPrefix = '/_lambdad/code/'
  readonly #blobs: Blobs
  readonly #store: Store
  readonly #clock: Clock
  /** Links do not outlive the server that gave them out; they live ten minutes anyway. */
  readonly #linkKey = randomBytes(32)
  /** Packages on their way into a function, by how many: not to be taken for unused. */
  readonly #arriving = new Map<BlobId, number>()
  /** Packages that may be unused, each with the last of those who look: what an earlier one saw may be old. */
  readonly #doubted = new Map<BlobId, object>()

  constructor(blobs: Blobs, store: Store, clock: Clock) {
    this.#blobs = blobs
    this.#store = store
    this.#clock = clock
  }

  /**
   * Checks and keeps a package, and runs `use` with it; the package counts as needed until `use` has ended.
   * @throws ServiceError in AWS's words when the package is none that Lambda takes.
   */
  async receive<Result>(
    zip: Uint8Array,
    use: (stored: StoredCode) => Promise<Result>,
  ): Promise<Result> {
    const { unzippedBytes } = await checkPackage(zip)
    // Off the main thread: hashing 50 MB here would hold up every invocation for tens of milliseconds.
    const code = await blobIdOf(zip)
    this.#arriving.set(code, (this.#arriving.get(code) ?? 0) + 1)
    this.#doubted.delete(code)
    try {
      await this.#blobs.put(zip)
      const codeSha256 = Buffer.from(code, 'hex').toString('base64')
      return await use({ code, codeBytes: zip.length, codeSha256, unzippedBytes })
    } finally {
      const others = (this.#arriving.get(code) ?? 1) - 1
      if (others > 0) this.#arriving.set(code, others)
      else this.#arriving.delete(code)
      await this.deleteIfUnused(code)
    }
  }

  /** Deletes what a killed server had stored for a function that never came to be. For a start, before requests. */
  async sweep(): Promise<void> {
    let codes: BlobId[] = []
    for await (const code of this.#blobs.list()) {
      codes.push(code)
      if (codes.length < sweptTogether) continue
      await this.#sweep(codes)
      codes = []
    }
    await this.#sweep(codes)
  }

  async #sweep(codes: readonly BlobId[]): Promise<void> {
    if (codes.length === 0) return
    const used = await usedCodes(this.#store.reader<LambdaTables>(), codes)
    for (const code of codes) if (!used.has(code)) await this.deleteIfUnused(code)
  }

  async deleteIfUnused(code: BlobId): Promise<void> {
    if (this.#arriving.has(code)) return
    const doubt = {}
    this.#doubted.set(code, doubt)
    try {
      const used = await isCodeUsed(this.#store.reader<LambdaTables>(), code)
      // It came in anew while we looked, or somebody began to look later: then that one tells.
      if (!used && this.#doubted.get(code) === doubt) await this.#blobs.delete(code)
    } finally {
      if (this.#doubted.get(code) === doubt) this.#doubted.delete(code)
    }
  }

  async deleteUnused(codes: Iterable<BlobId>): Promise<void> {
    for (const code of new Set(codes)) await this.deleteIfUnused(code)
  }

  /** A package that somebody has. */
  async read(code: BlobId): Promise<Uint8Array> {
    return await this.#blobs.get(code)
  }

  /** A URL that downloads the package, for ten minutes. @param endpoint as the client reached us. */
  link(code: BlobId, endpoint: string): string {
    const expires = this.#clock.nowMs() + codeLinkMs
    return `${endpoint}${this.pathPrefix}${code}?Expires=${expires}&Signature=${this.#sign(code, expires)}`
  }

  async handle(request: RawRequest): Promise<RawResponse> {
    const code = request.path.slice(this.pathPrefix.length)
    const query = new URLSearchParams(request.query)
    const expires = Number(query.get('Expires'))
    const given = Buffer.from(query.get('Signature') ?? '')
    const expected = Buffer.from(this.#sign(code, expires))
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      return text(403, 'This link was not made by this server. Call GetFunction for a new one.')
    }
    if (this.#clock.nowMs() > expires) {
      return text(403, 'This link has expired. Call GetFunction for a new one.')
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return text(405, 'Only GET.')
    try {
      const body = await this.#blobs.get(code as BlobId)
      return { status: 200, headers: { 'Content-Type': 'application/zip' }, body }
    } catch (error) {
      if (error instanceof BlobError) return text(404, 'This code has been deleted.')
      throw error
    }
  }

  #sign(code: string, expires: number): string {
    return createHmac('sha256', this.#linkKey).update(`${code}\n${expires}`).digest('hex')
  }
}

async function checkPackage(zip: Uint8Array): Promise<ArchiveSummary> {
  if (zip.length > zippedBytesMax) {
    throw new ServiceError(
      'RequestEntityTooLargeException',
      `Zipped size must be smaller than ${zippedBytesMax} bytes`,
      { status: 413 },
    )
  }
  try {
    return await inspectArchive(zip, packageLimits)
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error
    throw new ServiceError('InvalidParameterValueException', packageWords(error), { cause: error })
  }
}

/** AWS names three troubles; every other is a file that cannot be unzipped. */
function packageWords(error: ArchiveError): string {
  if (error.code === 'empty') return 'Uploaded file must be a non-empty zip'
  if (error.code === 'too-large') {
    return `Unzipped size must be smaller than ${packageLimits.unzippedBytesMax} bytes`
  }
  return 'Could not unzip uploaded file. Please check your file, then try to upload again.'
}

function text(status: number, body: string): RawResponse {
  return { status, headers: { 'Content-Type': 'text/plain' }, body: `${body}\n` }
}
