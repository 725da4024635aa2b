/**
 * The checksums S3 takes in trailers and headers (`x-amz-checksum-*`), over bytes as they come.
 * Source: docs, S3 user guide "Checking object integrity"; the two CRC tables are checked in the test against
 * the check values of the CRC catalogue.
 */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

export interface Checksum {
  update(bytes: Uint8Array): void
  /** Base64, big-endian for CRCs. Called once, last. */
  digest(): string
}

/** Algorithm as in the header's name -> a new checksum. XXHash is not among them: it is refused in words. */
const makers: Readonly<Record<string, () => Checksum>> = {
  crc32: () => new Crc32(),
  crc32c: () => new Crc32c(),
  crc64nvme: () => new Crc64Nvme(),
  md5: () => new Hashed('md5'),
  sha1: () => new Hashed('sha1'),
  sha256: () => new Hashed('sha256'),
  sha512: () => new Hashed('sha512'),
}

/** @param algorithm lower case, for example `crc64nvme`. @returns undefined when there is none of that name. */
export function createChecksum(algorithm: string): Checksum | undefined {
  return Object.hasOwn(makers, algorithm) ? makers[algorithm]?.() : undefined
}

class Hashed implements Checksum {
  readonly #hash
  constructor(algorithm: string) {
    this.#hash = createHash(algorithm)
  }
  update(bytes: Uint8Array): void {
    this.#hash.update(bytes)
  }
  digest(): string {
    return this.#hash.digest('base64')
  }
}

class Crc32 implements Checksum {
  #value = 0
  update(bytes: Uint8Array): void {
    this.#value = crc32(bytes, this.#value)
  }
  digest(): string {
    return base64(this.#value)
  }
}

/** CRC-32/ISCSI: reflected polynomial 0x82f63b78. */
class Crc32c implements Checksum {
  #value = 0xffff_ffff
  update(bytes: Uint8Array): void {
    let value = this.#value
    for (let at = 0; at < bytes.length; at += 1) {
      value = (crc32cTable[(value ^ (bytes[at] as number)) & 0xff] as number) ^ (value >>> 8)
    }
    this.#value = value
  }
  digest(): string {
    return base64(~this.#value >>> 0)
  }
}

const crc32cTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0x82f6_3b78 : value >>> 1
  return value >>> 0
})

/** CRC-64/NVME: reflected polynomial 0x9a6c9329ac4bc9b5, in two halves: numbers hold 32 bits for `^` and `>>>`. */
class Crc64Nvme implements Checksum {
  #high = 0xffff_ffff
  #low = 0xffff_ffff
  update(bytes: Uint8Array): void {
    let high = this.#high
    let low = this.#low
    for (let at = 0; at < bytes.length; at += 1) {
      const index = (low ^ (bytes[at] as number)) & 0xff
      low = ((low >>> 8) | (high << 24)) ^ (crc64Low[index] as number)
      high = (high >>> 8) ^ (crc64High[index] as number)
    }
    this.#high = high
    this.#low = low
  }
  digest(): string {
    return base64(~this.#high >>> 0, ~this.#low >>> 0)
  }
}

const crc64Table = Array.from({ length: 256 }, (_, byte) => {
  let value = BigInt(byte)
  for (let bit = 0; bit < 8; bit += 1) {
    value = value & 1n ? (value >> 1n) ^ 0x9a6c_9329_ac4b_c9b5n : value >> 1n
  }
  return value
})
const crc64High = Uint32Array.from(crc64Table, (value) => Number(value >> 32n))
const crc64Low = Uint32Array.from(crc64Table, (value) => Number(value & 0xffff_ffffn))

function base64(...words: readonly number[]): string {
  const bytes = Buffer.alloc(words.length * 4)
  for (const [index, word] of words.entries()) bytes.writeUInt32BE(word, index * 4)
  return bytes.toString('base64')
}
