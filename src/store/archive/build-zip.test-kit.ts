/** Zips byte by byte, for tests: every field can lie. APPNOTE.TXT 4.3. */
import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipPart {
  readonly name: string | Uint8Array
  readonly data?: string | Uint8Array
  /** Unix type and permission bits; a regular file, 0644. */
  readonly mode?: number
  /** System it was made on: 0 DOS, 3 Unix (unless told), 19 macOS. */
  readonly host?: number
  readonly flags?: number
  /** 0 stored (unless told), 8 deflated. */
  readonly method?: number
  /** What stands in the archive instead of the (deflated) data. */
  readonly stored?: Uint8Array
  /** Claims, where they are not true. */
  readonly size?: number
  readonly compressedSize?: number
  readonly crc32?: number
  readonly zip64?: boolean
  /** No bytes of its own: the local header of that part, or what stands at that offset. */
  readonly localHeaderOf?: number
  readonly localHeaderAt?: number
}

export function buildZip(
  parts: readonly ZipPart[],
  whole: { readonly comment?: string; readonly prefix?: string } = {},
): Buffer {
  const chunks: Buffer[] = [Buffer.from(whole.prefix ?? '')]
  const offsets: number[] = []
  const central: Buffer[] = []
  const length = (): number => chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  for (const part of parts) {
    const fields = fieldsOf(part)
    const borrowed = part.localHeaderAt ?? offsets[part.localHeaderOf ?? -1]
    const offset = borrowed ?? length()
    offsets.push(offset)
    if (borrowed === undefined) chunks.push(localHeader(fields), fields.name, fields.stored)
    central.push(centralHeader(fields, offset))
  }
  const start = length()
  const directory = Buffer.concat(central)
  const comment = Buffer.from(whole.comment ?? '')
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(parts.length, 8)
  end.writeUInt16LE(parts.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(start, 16)
  end.writeUInt16LE(comment.length, 20)
  return Buffer.concat([...chunks, directory, end, comment])
}

interface Fields {
  readonly part: ZipPart
  readonly name: Buffer
  readonly stored: Buffer
  readonly checksum: number
  readonly size: number
  readonly compressedSize: number
}

function fieldsOf(part: ZipPart): Fields {
  const data = Buffer.from(part.data ?? '')
  const stored = Buffer.from(part.stored ?? (part.method === 8 ? deflateRawSync(data) : data))
  return {
    part,
    name: Buffer.from(part.name),
    stored,
    checksum: part.crc32 ?? crc32(data),
    size: part.size ?? data.length,
    compressedSize: part.compressedSize ?? stored.length,
  }
}

function localHeader({ part, name, checksum, size, compressedSize }: Fields): Buffer {
  const header = Buffer.alloc(30)
  const described = ((part.flags ?? 0) & 8) !== 0
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(20, 4)
  header.writeUInt16LE(part.flags ?? 0, 6)
  header.writeUInt16LE(part.method ?? 0, 8)
  header.writeUInt32LE(described ? 0 : checksum, 14)
  header.writeUInt32LE(described ? 0 : clamp(compressedSize), 18)
  header.writeUInt32LE(described ? 0 : clamp(size), 22)
  header.writeUInt16LE(name.length, 26)
  return header
}

function centralHeader(
  { part, name, checksum, size, compressedSize }: Fields,
  offset: number,
): Buffer {
  const extra = part.zip64 === true ? zip64Extra(size, compressedSize) : Buffer.alloc(0)
  const header = Buffer.alloc(46)
  header.writeUInt32LE(0x02014b50, 0)
  header.writeUInt16LE(((part.host ?? 3) << 8) | 20, 4)
  header.writeUInt16LE(20, 6)
  header.writeUInt16LE(part.flags ?? 0, 8)
  header.writeUInt16LE(part.method ?? 0, 10)
  header.writeUInt32LE(checksum, 16)
  header.writeUInt32LE(part.zip64 === true ? 0xffffffff : compressedSize, 20)
  header.writeUInt32LE(part.zip64 === true ? 0xffffffff : size, 24)
  header.writeUInt16LE(name.length, 28)
  header.writeUInt16LE(extra.length, 30)
  const slashed = name.at(-1) === 0x2f
  const mode = part.mode ?? (slashed ? 0o040755 : 0o100644)
  header.writeUInt32LE((mode << 16) >>> 0, 38)
  header.writeUInt32LE(offset, 42)
  return Buffer.concat([header, name, extra])
}

function zip64Extra(size: number, compressedSize: number): Buffer {
  const extra = Buffer.alloc(20)
  extra.writeUInt16LE(1, 0)
  extra.writeUInt16LE(16, 2)
  extra.writeBigUInt64LE(BigInt(size), 4)
  extra.writeBigUInt64LE(BigInt(compressedSize), 12)
  return extra
}

function clamp(value: number): number {
  return Math.min(value, 0xffffffff)
}
