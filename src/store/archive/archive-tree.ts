/**
 * What the central directory of a zip claims, checked as far as that goes without inflating anything: names,
 * types, sizes, methods, overlaps. Hostile input: every claim here is a lie until inflate.ts has seen the bytes.
 * Called by archive.ts. yauzl parses; what is allowed is decided here.
 */
import { fromBufferPromise } from 'yauzl'
import type { Entry, ZipFile } from 'yauzl'

import { ArchiveError } from './archive-error.ts'
import { pathOf } from './entry-name.ts'

export interface ArchiveLimits {
  /** Sum of the unpacked sizes, bytes. For a Lambda deployment package 262144000. */
  readonly unzippedBytesMax: number
  /** Files, links and directories, also those that are only implied by a file's path. */
  readonly entryCountMax: number
}

export interface ArchiveEntry {
  readonly kind: 'file' | 'directory' | 'link'
  /** Below the root, `/` between components. */
  readonly path: string
  /** Permission bits only. */
  readonly mode: number
  readonly deflated: boolean
  readonly crc32: number
  /** The bytes as they stand in the archive. */
  readonly data: Buffer
  readonly size: number
}

export interface ArchiveTree {
  /** In the archive's order. */
  readonly entries: readonly ArchiveEntry[]
  /** Every directory, parents first, with its mode. */
  readonly directories: ReadonlyMap<string, number>
  readonly unzippedBytes: number
}

/** @throws ArchiveError */
export async function readTree(bytes: Uint8Array, limits: ArchiveLimits): Promise<ArchiveTree> {
  if (bytes.length === 0) throw new ArchiveError('empty', 'there are no bytes')
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const zip = await openZip(buffer)
  if (zip.entryCount === 0) throw new ArchiveError('empty', 'there are no entries')
  if (zip.entryCount > limits.entryCountMax) throw tooMany(limits)
  const tree = new TreeBuilder(buffer, limits, Number(zip.readEntryCursor))
  try {
    for await (const entry of zip.eachEntry()) {
      tree.add(entry, await dataStartOf(zip, entry))
    }
  } catch (error) {
    throw asArchiveError(error)
  }
  return tree.finish()
}

async function openZip(buffer: Buffer): Promise<ZipFile> {
  try {
    // yauzl's own checks of names and sizes are off: its errors do not tell one reason from another.
    return await fromBufferPromise(buffer, { decodeStrings: false, validateEntrySizes: false })
  } catch (error) {
    // It begins like a zip and does not end like one: it was cut.
    const cut = buffer.length >= 4 && buffer.readUInt32LE(0) === localHeaderSignature
    const message = error instanceof Error ? error.message : String(error)
    const none = message.startsWith('End of central directory') && !cut
    throw new ArchiveError(none ? 'not-a-zip' : 'corrupt', message)
  }
}

async function dataStartOf(zip: ZipFile, entry: Entry): Promise<number> {
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true })
  return fileDataStart
}

/** yauzl's errors are all about bytes that are not as they should be. */
function asArchiveError(error: unknown): ArchiveError {
  if (error instanceof ArchiveError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new ArchiveError(message.includes('encryption') ? 'encrypted' : 'corrupt', message)
}

const localHeaderSignature = 0x04034b50

/** APPNOTE.TXT 4.4.2.2: the system an archive was made on, for its external attributes. */
const unixHosts = new Set([3, 19])

const typeBits = 0o170000
const types = new Map<number, ArchiveEntry['kind']>([
  [0o100000, 'file'],
  [0o040000, 'directory'],
  [0o120000, 'link'],
])

/** Without setuid, setgid and sticky. */
const permissionBits = 0o777
/** What Lambda's documentation asks for: readable by everybody. */
const fileModeDefault = 0o644
const directoryModeDefault = 0o755

/** Linux: PATH_MAX, with the final NUL. */
const linkTargetBytesMax = 4095

/** APPNOTE.TXT 4.4.4: encrypted, patch data, strong encryption, masked local headers. */
const encryptedFlags = 0x0001 | 0x0040 | 0x2000
const patchFlag = 0x0020

class TreeBuilder {
  readonly #buffer: Buffer
  readonly #limits: ArchiveLimits
  readonly #centralDirectoryStart: number
  readonly #entries: ArchiveEntry[] = []
  /** Every path that is taken, by an entry or as a parent of one. */
  readonly #kinds = new Map<string, ArchiveEntry['kind']>()
  readonly #directories = new Map<string, number>()
  readonly #spans: { readonly start: number; readonly end: number }[] = []
  #unzippedBytes = 0

  constructor(buffer: Buffer, limits: ArchiveLimits, centralDirectoryStart: number) {
    this.#buffer = buffer
    this.#limits = limits
    this.#centralDirectoryStart = centralDirectoryStart
  }

  add(zipEntry: Entry, dataStart: number): void {
    const entry = this.#toEntry(zipEntry, dataStart)
    this.#spans.push({
      start: zipEntry.relativeOffsetOfLocalHeader,
      end: dataStart + zipEntry.compressedSize,
    })
    this.#unzippedBytes += entry.size
    if (this.#unzippedBytes > this.#limits.unzippedBytesMax) {
      const most = this.#limits.unzippedBytesMax
      throw new ArchiveError('too-large', `unpacked it is larger than ${most} bytes`)
    }
    // `./`, the root: it is there anyway.
    if (entry.path === '') return
    this.#takeParents(entry.path)
    this.#take(entry)
    this.#entries.push(entry)
  }

  finish(): ArchiveTree {
    this.#refuseOverlaps()
    return {
      entries: this.#entries,
      directories: this.#directories,
      unzippedBytes: this.#unzippedBytes,
    }
  }

  #toEntry(entry: Entry, dataStart: number): ArchiveEntry {
    const unix = unixHosts.has(entry.versionMadeBy >> 8)
    const unixMode = unix ? entry.externalFileAttributes >>> 16 : 0
    const path = pathOf(entry, unix)
    const kind = kindOf(entry, unixMode, path)
    checkEncoding(entry, path)
    if (kind === 'directory' && entry.uncompressedSize > 0) {
      throw new ArchiveError('corrupt', `the directory ${path} has contents of its own`)
    }
    if (kind === 'link' && entry.uncompressedSize > linkTargetBytesMax) {
      throw new ArchiveError('corrupt', `the target of the link ${path} is too long`)
    }
    if (kind !== 'directory' && path === '') {
      throw new ArchiveError('invalid-name', 'a file is named like the root')
    }
    const modeDefault = kind === 'directory' ? directoryModeDefault : fileModeDefault
    return {
      kind,
      path,
      // Some writers claim Unix and leave the attributes empty.
      mode: (unixMode & permissionBits) === 0 ? modeDefault : unixMode & permissionBits,
      deflated: entry.compressionMethod === 8,
      crc32: entry.crc32,
      data: this.#buffer.subarray(dataStart, dataStart + entry.compressedSize),
      size: entry.uncompressedSize,
    }
  }

  /** Parents that are not entries (yet) are directories all the same. */
  #takeParents(path: string): void {
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      const parent = path.slice(0, slash)
      const kind = this.#kinds.get(parent)
      if (kind === 'file') throw duplicate(parent)
      if (kind === 'link') throw throughLink(path)
      if (kind === 'directory') continue
      this.#setKind(parent, 'directory')
      this.#directories.set(parent, directoryModeDefault)
    }
  }

  #take({ path, kind, mode }: ArchiveEntry): void {
    const known = this.#kinds.get(path)
    if (known === undefined) this.#setKind(path, kind)
    // A link where others see a directory: nothing may be written through it.
    else if (known !== kind && (known === 'link' || kind === 'link')) throw throughLink(path)
    // The same directory twice says the same; some writers do so.
    else if (known !== 'directory' || kind !== 'directory') throw duplicate(path)
    if (kind === 'directory') this.#directories.set(path, mode)
  }

  #setKind(path: string, kind: ArchiveEntry['kind']): void {
    this.#kinds.set(path, kind)
    if (this.#kinds.size > this.#limits.entryCountMax) throw tooMany(this.#limits)
  }

  #refuseOverlaps(): void {
    const spans = this.#spans.toSorted((a, b) => a.start - b.start)
    let end = 0
    for (const span of spans) {
      if (span.start < end) throw new ArchiveError('overlapping', 'two entries share bytes')
      end = span.end
    }
    if (end > this.#centralDirectoryStart) {
      throw new ArchiveError('overlapping', 'an entry shares bytes with the central directory')
    }
  }
}

function kindOf(entry: Entry, unixMode: number, path: string): ArchiveEntry['kind'] {
  const slashed = entry.fileNameRaw.at(-1) === 0x2f
  const type = unixMode & typeBits
  const kind = type === 0 ? 'file' : types.get(type)
  if (kind === undefined) {
    throw new ArchiveError('unsupported-type', `${path} is neither file, directory nor link`)
  }
  if (kind === 'link' && slashed) {
    throw new ArchiveError('invalid-name', `the link ${path} is named like a directory`)
  }
  return slashed ? 'directory' : kind
}

function checkEncoding(entry: Entry, path: string): void {
  if ((entry.generalPurposeBitFlag & encryptedFlags) !== 0) {
    throw new ArchiveError('encrypted', `${path} is encrypted`)
  }
  const method = entry.compressionMethod
  if ((method !== 0 && method !== 8) || (entry.generalPurposeBitFlag & patchFlag) !== 0) {
    throw new ArchiveError('unsupported-method', `${path} is compressed by method ${method}`)
  }
}

function duplicate(path: string): ArchiveError {
  return new ArchiveError('duplicate-name', `${path} is there twice`)
}

function throughLink(path: string): ArchiveError {
  return new ArchiveError('link-escape', `${path} leads through a link`)
}

function tooMany({ entryCountMax }: ArchiveLimits): ArchiveError {
  return new ArchiveError('too-many-entries', `there are more than ${entryCountMax} entries`)
}
